#include "payload_builder.h"

#include "base/base64.h"

namespace payload_builder {
namespace {

constexpr std::string_view kCapturedCoseHex =
    "846a5369676e61747572653158d0a60138220282781c696f2e636e63662e6e6f746172792e7369676e696e67536368656d65"
    "75696f2e636e63662e6e6f746172792e65787069727903782b6170706c69636174696f6e2f766e642e636e63662e6e6f7461"
    "72792e7061796c6f61642e76312b6a736f6e75696f2e636e63662e6e6f746172792e657870697279c11a6b0249ec781a696f"
    "2e636e63662e6e6f746172792e7369676e696e6754696d65c11a6b00f86c781c696f2e636e63662e6e6f746172792e736967"
    "6e696e67536368656d656b6e6f746172792e783530394058c87b227461726765744172746966616374223a7b226d65646961"
    "54797065223a226170706c69636174696f6e2f766e642e6f63692e696d6167652e6d616e69666573742e76312b6a736f6e22"
    "2c22646967657374223a227368613235363a3433613666343338613365353435326134353433663238666332373936373936"
    "3866323661333662383835646237636539376563666262616433646161656639222c2273697a65223a3538372c22616e6e6f"
    "746174696f6e73223a7b226275696c64223a223432227d7d7d";

unsigned nibble(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

}  // namespace

const std::string_view kCapturedJws =
    "eyJhbGciOiJFUzM4NCIsImNyaXQiOlsiaW8uY25jZi5ub3Rhcnkuc2lnbmluZ1NjaGVtZSIsImlvLmNuY2Yubm90YXJ5LmV4cGly"
    "eSJdLCJjdHkiOiJhcHBsaWNhdGlvbi92bmQuY25jZi5ub3RhcnkucGF5bG9hZC52MStqc29uIiwiaW8uY25jZi5ub3RhcnkuZXhw"
    "aXJ5IjoiMjAyNi0xMS0yMlQwMjowMjowMloiLCJpby5jbmNmLm5vdGFyeS5zaWduaW5nU2NoZW1lIjoibm90YXJ5Lng1MDkiLCJp"
    "by5jbmNmLm5vdGFyeS5zaWduaW5nVGltZSI6IjIwMjYtMTEtMjFUMDI6MDI6MDJaIn0.eyJ0YXJnZXRBcnRpZmFjdCI6eyJhbm5v"
    "dGF0aW9ucyI6eyJidWlsZCI6IjQyIn0sImRpZ2VzdCI6InNoYTI1Njo0M2E2ZjQzOGEzZTU0NTJhNDU0M2YyOGZjMjc5Njc5Njhm"
    "MjZhMzZiODg1ZGI3Y2U5N2VjZmJiYWQzZGFhZWY5IiwibWVkaWFUeXBlIjoiYXBwbGljYXRpb24vdm5kLm9jaS5pbWFnZS5tYW5p"
    "ZmVzdC52MStqc29uIiwic2l6ZSI6NTg3fX0";

base::Bytes captured_cose() {
  base::Bytes bytes;
  for (std::size_t i = 0; i < kCapturedCoseHex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(nibble(kCapturedCoseHex[i]) << 4 | nibble(kCapturedCoseHex[i + 1])));
  }
  return bytes;
}

std::string base64url(std::string_view text) {
  std::string encoded = base::encode_base64(base::bytes_of(text));
  while (encoded.ends_with('='))
    encoded.pop_back();
  for (char& c : encoded)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return encoded;
}

std::string body() {
  return R"({"targetArtifact":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
         std::string(kDigest) + R"(","size":587}})";
}

std::string JwsParts::header() const {
  std::string members;
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value) members += (members.empty() ? "\"" : ",\"") + std::string(name) + "\":" + *value;
  };
  add("alg", alg);
  add("crit", crit);
  add("cty", cty);
  add("io.cncf.notary.expiry", expiry);
  add("io.cncf.notary.signingScheme", scheme);
  add("io.cncf.notary.signingTime", signing_time);
  add("io.cncf.notary.authenticSigningTime", authentic_signing_time);
  return '{' + members + more + '}';
}

std::string cbor_head(unsigned major, std::uint64_t argument) {
  const auto first = [&](unsigned info) { return std::string(1, static_cast<char>(major << 5 | info)); };
  if (argument < 24) return first(static_cast<unsigned>(argument));
  unsigned size = 0;  // 2^size bytes
  while (size < 3 && argument >> (8U << size) != 0)
    ++size;
  std::string head = first(24 + size);
  for (unsigned byte = 1U << size; byte-- > 0;)
    head += static_cast<char>(argument >> (8 * byte) & 0xffU);
  return head;
}

std::string cbor_text(std::string_view text) {
  return cbor_head(3, text.size()) + std::string(text);
}
std::string cbor_bytes(std::string_view bytes) {
  return cbor_head(2, bytes.size()) + std::string(bytes);
}
std::string cbor_time(std::uint64_t seconds) {
  return cbor_head(6, 1) + cbor_head(0, seconds);
}

std::string cbor_number(std::int64_t number) {
  return number < 0 ? cbor_head(1, static_cast<std::uint64_t>(-1 - number))
                    : cbor_head(0, static_cast<std::uint64_t>(number));
}

std::string cbor_array(const std::vector<std::string>& items) {
  std::string array = cbor_head(4, items.size());
  for (const std::string& item : items)
    array += item;
  return array;
}

CoseParts::CoseParts() {
  set(kAlg, cbor_number(-35));
  set(kCrit, cbor_array({kScheme}));
  set(kContentType, cbor_text("application/vnd.cncf.notary.payload.v1+json"));
  set(kSigningTime, cbor_time(1795225708));
  set(kScheme, cbor_text("notary.x509"));
}

void CoseParts::set(const std::string& key, const std::string& value) {
  for (CborPair& member : members) {
    if (member.first != key) continue;
    member.second = value;
    return;
  }
  members.emplace_back(key, value);
}

void CoseParts::drop(const std::string& key) {
  std::erase_if(members, [&](const CborPair& member) { return member.first == key; });
}

std::string CoseParts::header() const {
  std::string map = cbor_head(5, members.size());
  for (const CborPair& member : members)
    map += member.first + member.second;
  return map;
}

std::string CoseParts::build_with(const std::string& header) const {
  return cbor_array({cbor_text("Signature1"), cbor_bytes(header), cbor_bytes(external), cbor_bytes(body)}) + after;
}

}  // namespace payload_builder
