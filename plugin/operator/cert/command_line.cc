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
  add_cert_lint(*cert, chosen);
}

}  // namespace operators
