#include <CLI/CLI.hpp>

#include "add_command.h"
#include "cert/commands.h"

namespace operators {
namespace {

// KEY, and where its module is if nothing else says so.
template <typename Flags>
void add_key_flags(CLI::App& app, Flags& flags) {
  app.add_option("KEY", flags.key, "configured name, or PKCS#11 URI")->required();
  add_text(app, "--module", flags.module.module, "path of the PKCS#11 library, if neither KEY nor the file names it")
      ->type_name("PATH");
  add_module_flags(app, flags.module);
}

void add_cert_csr(CLI::App& cert, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<CertCsrFlags>(cert, "csr", "Write a request that a CA makes a certificate from",
                                "cert csr release --out release.csr \\\n    --subject 'CN=release,O=Example,C=CH'",
                                chosen, make_certification_request, app);
  add_key_flags(*app, *flags);
  app->add_option("--out", flags->out, "PEM file to write")->required()->type_name("FILE");
  app->add_option("--subject", flags->subject, "distinguished name")->required()->type_name("DN");
  app->add_option("--san", flags->names, "dns:HOST, email:MAILBOX, uri:URI or ip:ADDRESS; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app->add_flag("--pkcs1", flags->pkcs1, "RSA: sign with PKCS#1 v1.5, for a CA that refuses PSS");
  app->add_flag("--force", flags->force, "replace FILE");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_cert_self_sign(CLI::App& cert, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<CertSelfSignFlags>(
      cert, "self-sign", "Write a self-signed certificate, for tests",
      "cert self-sign release --out release.pem \\\n    --subject 'CN=release,O=Example,C=CH'", chosen,
      self_sign_certificate, app);
  add_key_flags(*app, *flags);
  app->add_option("--out", flags->out, "PEM file to write")->required()->type_name("FILE");
  app->add_option("--subject", flags->subject, "distinguished name")->type_name("DN")->capture_default_str();
  app->add_option("--days", flags->days, "days of validity, from now")->type_name("N")->capture_default_str();
  app->add_flag("--force", flags->force, "replace FILE");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_cert_import(CLI::App& cert, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<CertImportFlags>(
      cert, "import", "Take what the CA issued, to the token or a file",
      "cert import release --chain from-ca.pem --csr release.csr \\\n    --to-file /etc/notation-pkcs11/release.pem",
      chosen, import_certificates, app);
  add_key_flags(*app, *flags);
  app->add_option("--chain", flags->chain, "leaf and issuers, PEM or DER, in any order; repeatable")
      ->required()
      ->type_name("FILE")
      ->allow_extra_args(false);
  app->add_option("--csr", flags->csr, "the request: with --to-file alone, no token is needed")->type_name("FILE");
  app->add_flag("--to-token", flags->to_token, "store them beside the key");
  app->add_option("--to-file", flags->to_file, "write the chain, in order, for chain_file")->type_name("FILE");
  app->add_flag("--force", flags->force, "replace FILE");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_cert_export(CLI::App& cert, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<CertExportFlags>(cert, "export", "Give out the root, the leaf or the chain of a key",
                                   "cert export release --trust-store example", chosen, export_certificates, app);
  add_key_flags(*app, *flags);
  const auto part = [app, flags](const std::string& name, ExportPart value, const std::string& help) {
    return app->add_flag_callback(name, [flags, value] { flags->part = value; }, help);
  };
  CLI::Option* root = part("--root", ExportPart::root, "the root, which verifiers trust (what comes without a flag)");
  CLI::Option* leaf = part("--leaf", ExportPart::leaf, "the certificate of the key itself")->excludes(root);
  CLI::Option* chain = part("--chain", ExportPart::chain, "all, leaf first")->excludes(root)->excludes(leaf);
  app->add_option("--out", flags->out, "PEM file to write, in place of the answer")->type_name("FILE");
  CLI::Option* store =
      app->add_option("--trust-store", flags->trust_store, "put the root into notation's trust store of that name")
          ->type_name("NAME")
          ->excludes(leaf)
          ->excludes(chain);
  app->add_option("--type", flags->type, "of the trust store: ca or signingAuthority")
      ->check(CLI::IsMember({"ca", "signingAuthority"}).description(""))
      ->type_name("TYPE")
      ->needs(store)
      ->capture_default_str();
  app->add_flag("--force", flags->force, "replace FILE");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_cert_delete(CLI::App& cert, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<CertDeleteFlags>(cert, "delete", "Remove certificates of a key from its token",
                                   "cert delete release --serial 4d2f", chosen, delete_certificates, app);
  add_key_flags(*app, *flags);
  app->add_option("--serial", flags->serials, "only this one, or one of its issuers; repeatable")
      ->type_name("HEX")
      ->allow_extra_args(false);
  app->add_flag("--yes", flags->yes, "do not ask");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_cert_lint(CLI::App& cert, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<CertLintFlags>(cert, "lint", "Say what is wrong with certificates",
                                                "cert lint release.pem", chosen, lint_certificates, app);
  app->add_option("FILE|KEY", flags->what, "file of certificates, else configured name or URI")->required();
  add_text(*app, "--module", flags->module.module, "path of the PKCS#11 library, if neither KEY nor the file names it")
      ->type_name("PATH");
  add_module_flags(*app, flags->module);
  app->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace

void add_cert(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* cert = app.add_subcommand("cert", "Certificates for them")->require_subcommand(1);
  cert->footer("Example:\n  notation-pkcs11 cert self-sign release --out release.pem");
  add_cert_csr(*cert, chosen);
  add_cert_self_sign(*cert, chosen);
  add_cert_import(*cert, chosen);
  add_cert_export(*cert, chosen);
  add_cert_lint(*cert, chosen);
  add_cert_delete(*cert, chosen);
}

}  // namespace operators
