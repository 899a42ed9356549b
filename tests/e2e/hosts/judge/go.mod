module hosts/judge

go 1.24

require github.com/notaryproject/notation-core-go v1.3.0
