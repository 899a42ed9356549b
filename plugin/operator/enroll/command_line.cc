#include <CLI/CLI.hpp>

#include "add_command.h"
#include "enroll/commands.h"
#include "trust/test_certificate.h"

namespace operators {

void add_enroll(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* command = nullptr;
  const auto flags = add_command<EnrollFlags>(
      app, "enroll", "From a token to a key that notation signs with, in one go",
      "enroll release --module /usr/lib/softhsm/libsofthsm2.so \\\n    --token prod --subject 'CN=release,O=Example,"
      "ST=ZH,C=CH'",
      chosen, enroll, command);
  command->add_option("NAME", flags->name, "of the key: its label, and its name for this plugin and for notation")
      ->required();
  add_token_flags(*command, flags->token);
  add_spec(*command, "of a new key: RSA-2048, RSA-3072, RSA-4096, EC-256 (the default), EC-384 or EC-521",
           [flags](pkcs11::KeySpec spec) { flags->spec = spec; });
  command->add_option("--subject", flags->subject, "distinguished name; without it CN=NAME")->type_name("DN");
  CLI::Option* self_signed =
      command->add_flag("--self-signed", flags->self_signed, "a self-signed certificate, for tests, and no request");
  command->add_option("--days", flags->days, "days of validity of a self-signed certificate")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, trust::kMaxTestCertificateDays))
      ->needs(self_signed);
  command->add_flag("--pkcs1", flags->pkcs1, "sign the request with RSASSA-PKCS1-v1_5, for a CA that refuses PSS")
      ->excludes(self_signed);
  add_text(*command, "--chain", flags->chain, "what the CA issued: the certificate and its chain, PEM or DER")
      ->type_name("FILE")
      ->excludes(self_signed);
  command->add_flag("--register", flags->register_key, "run notation key add, instead of printing it");
  command->add_flag("--default", flags->as_default, "as notation's default key");
  add_text(*command, "--trust-store", flags->trust_store, "put the root into notation's trust store ca:NAME")
      ->type_name("NAME");
  CLI::Option* policy =
      command->add_flag("--trust-policy", flags->trust_policy,
                        "write a trust policy for it, with the key's name as trust store if none is given");
  command->add_option("--scope", flags->scope, "what the trust policy is for: HOST/REPOSITORY, or * for all")
      ->type_name("SCOPE")
      ->capture_default_str()
      ->needs(policy);
  command->add_flag("--any-identity", flags->any_identity, "the trust policy trusts every certificate of the store")
      ->needs(policy);
  CLI::Option* merge =
      command->add_flag("--merge", flags->merge, "add to the trust policy that is there")->needs(policy);
  command->add_flag("--force", flags->force, "replace the trust policy that is there")->excludes(merge)->needs(policy);
  command->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace operators
