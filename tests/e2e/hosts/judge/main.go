// Judges certificate chains as notation does. Each line of standard input is {"now": seconds since 1970, "chain":
// [base64 of DER, ...]}, leaf first; each line of the answer says {"accepted": bool, "reason": string}.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	corex509 "github.com/notaryproject/notation-core-go/x509"
)

type question struct {
	Now   int64    `json:"now"`
	Chain [][]byte `json:"chain"`
}

type verdict struct {
	Accepted bool   `json:"accepted"`
	Reason   string `json:"reason"`
}

func judge(asked question) error {
	var chain []*x509.Certificate
	for i, der := range asked.Chain {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("certificate %d: %w", i+1, err)
		}
		chain = append(chain, certificate)
	}
	now := time.Unix(asked.Now, 0)
	return corex509.ValidateCodeSigningCertChain(chain, &now)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		answer := verdict{Accepted: true}
		if err := judge(asked); err != nil {
			answer = verdict{Reason: err.Error()}
		}
		if err := answers.Encode(answer); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}
