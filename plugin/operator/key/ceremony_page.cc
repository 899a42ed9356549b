#include <sstream>

#include "help_text.h"
#include "key/ceremony.h"
#include "key/key_text.h"
#include "notation/program.h"
#include "trust/public_key.h"

namespace operators {
namespace {

constexpr std::size_t kNames = 16;  // width of the column of names
constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumns = 64;  // of base64

class Page {
 public:
  std::string text() const { return text_.str(); }

  Page& section(const std::string& title) {
    text_ << "\n" << title << "\n" << std::string(title.size(), '-') << "\n";
    return *this;
  }
  Page& entry(std::string_view name, const std::string& value) {
    text_ << name << std::string(kNames - name.size(), ' ') << base::printable(value, 1024) << "\n";
    return *this;
  }
  // Words that may take more than a line.
  Page& words(std::string_view name, const std::string& value) {
    std::istringstream wrapped(wrap(base::printable(value, 1024), kWidth - kNames));
    for (std::string line; std::getline(wrapped, line); name = {})
      entry(name, line);
    return *this;
  }
  Page& yes_or_no(std::string_view name, bool value) { return entry(name, value ? "yes" : "no"); }
  Page& lines(const std::string& text) {
    text_ << text;
    return *this;
  }
  Page& base64(const std::string& name, const std::string& value) {
    text_ << name << ", as base64:\n";
    for (std::size_t at = 0; at < value.size(); at += kColumns)
      text_ << "  " << value.substr(at, kColumns) << "\n";
    return *this;
  }

 private:
  std::ostringstream text_;
};

std::string known_or_not(const std::string& text) {
  return text.empty() ? "(not known)" : text;
}

void add_outcome(Page& page, const schema::CeremonyRecord& record) {
  page.lines("Record of the making of a key\n=============================\n\n");
  page.entry("Outcome", record.failure ? "FAILED" : "the key was made and proved");
  if (record.failure) {
    page.words("Cause", record.failure->message);
    std::istringstream hint(record.failure->hint);
    for (std::string line; std::getline(hint, line);)
      page.words("", line);
  }
  page.entry("Began", record.began).entry("Ended", record.ended);
  page.entry("User", known_or_not(record.user) + ", id " + std::to_string(record.user_id));
  page.entry("Host", known_or_not(record.host));
  page.entry("Program", "notation-pkcs11 " + record.product_version);
}

void add_module(Page& page, const schema::CeremonyRecord::Module& module) {
  page.section("PKCS#11 library").entry("File", module.path).entry("SHA-256", known_or_not(module.sha256));
  page.entry("Manufacturer", known_or_not(module.manufacturer));
  page.entry("Description", known_or_not(module.description));
  page.entry("Version", known_or_not(module.library_version));
  page.entry("Cryptoki", known_or_not(module.cryptoki_version));
}

void add_token(Page& page, const schema::CeremonyRecord::Token& token) {
  page.section("Token").entry("Label", token.label).entry("Serial", token.serial);
  page.entry("Manufacturer", token.manufacturer).entry("Model", token.model);
  page.entry("Hardware", known_or_not(token.hardware_version));
  page.entry("Firmware", known_or_not(token.firmware_version));
  page.entry("Slot", std::to_string(token.slot_id) + ", " + known_or_not(token.slot_description));
}

void add_order(Page& page, const schema::CeremonyRecord::Asked& asked) {
  page.section("Asked for").entry("Key", asked.key_spec).entry("Label", asked.label).entry("Id", asked.id);
  page.yes_or_no("PIN each time", asked.always_authenticate);
  for (const std::string& attribute : asked.extra_attributes)
    page.entry("Attribute", attribute);
  if (!asked.mechanism.empty()) page.entry("Mechanism", asked.mechanism);
}

void add_key(Page& page, const schema::CeremonyRecord::Made& made) {
  page.section("Key, as read back from the token").entry("URI", made.key.uri).entry("Kind", made.key.key_spec);
  page.entry("SPKI SHA-256", made.key.spki_sha256).entry("Made by", made.mechanism);
  page.yes_or_no("Sensitive", made.sensitive).yes_or_no("Extractable", made.extractable);
  page.yes_or_no("Made inside", made.local).yes_or_no("PIN each time", made.always_authenticate);
  for (const schema::KeyObjectReport& object : made.objects)
    page.lines("\nThe " + object.type + ":\n" + attribute_lines(object.attributes, "  "));
  page.lines("\n" + made.public_key_pem);
}

std::string name_in_folder(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

void add_proof(Page& page, const schema::CeremonyRecord::Proof& proof, const std::string& file) {
  page.section("Proof").entry("Algorithm", proof.algorithm).entry("Mechanism", proof.mechanism);
  page.base64("Random challenge", proof.challenge).base64("Signature", proof.signature);
  const std::string hash = proof.algorithm.ends_with("256")   ? "sha256"
                           : proof.algorithm.ends_with("384") ? "sha384"
                                                              : "sha512";
  const bool pss = proof.algorithm.starts_with("RSA");
  const std::string record = shell_line({name_in_folder(file)});
  page.lines("\nTo check it, with the record in JSON:\n");
  page.lines("  jq -r .key.publicKey " + record + " > public.pem\n");
  page.lines("  jq -r .proof.challenge " + record + " | base64 -d > challenge\n");
  page.lines("  jq -r .proof.signature " + record + " | base64 -d > signature\n");
  page.lines("  openssl dgst -" + hash +
             (pss ? " -sigopt rsa_padding_mode:pss \\\n    -sigopt rsa_pss_saltlen:digest" : "") +
             " -verify public.pem \\\n    -signature signature challenge\n");
}

void add_signatures(Page& page, const std::string& file, std::string_view json) {
  page.section("Record in JSON").entry("File", name_in_folder(file));
  page.entry("SHA-256", trust::sha256_hex(base::bytes_of(json))).section("Witnesses");
  for (int i = 0; i < 3; ++i)
    page.lines(
        "\nName  ____________________________  Signature  ____________________________\nDate  "
        "____________________________\n");
}

}  // namespace

std::string page_of(const schema::CeremonyRecord& record, const std::string& file, std::string_view json) {
  Page page;
  add_outcome(page, record);
  add_module(page, record.module);
  if (record.token) add_token(page, *record.token);
  add_order(page, record.asked);
  if (record.made) add_key(page, *record.made);
  if (record.proof) add_proof(page, *record.proof, file);
  add_signatures(page, file, json);
  return page.text();
}

}  // namespace operators
