#pragma once

#include <csignal>
#include <functional>
#include <string>

#include "environment_scope.h"
#include "fake_terminal.h"
#include "fake_token.h"
#include "pkcs11/isolated_service.h"
#include "pkcs11/local_service.h"
#include "signing/run_context.h"
#include "signing/sign_flow.h"
#include "support/certificates.h"
#include "temporary_folder.h"

// A run of the signing flow on the scripted module, with the service in this process or in a worker. The token holds
// one EC-256 key, label release, id 01, PIN 1234, unless a test says otherwise.
class Flow {
 public:
  explicit Flow(bool isolated) : isolated_(isolated), module_(token.copy_module("module.so")) {
    (void)std::signal(SIGPIPE, SIG_IGN);  // as the product does
    const support::Chain chain = support::make_chain(key);
    chain_file = folder.write("chain.pem", support::pem(chain.certificates()));
    ca_file = folder.write("ca.pem", support::pem({chain.intermediate.certificate, chain.root.certificate}));
    leaf_file = folder.write("leaf.pem", support::pem(chain.leaf));
    pin_file = folder.write("pin", "1234\n");
    key_file = folder.write("key.pem", key.private_pem());
  }

  Flow& plain_token(const std::string& more = {}) {
    token.rule("token label=prod serial=7 pin=1234 " + more);
    token.rule("key P-256 label=release id=01 pem=" + key_file);
    return *this;
  }

  std::string id(const std::string& path = "pkcs11:token=prod;object=release") const {
    return path + "?module-path=" + module_ + "&pin-source=" + pin_file;
  }

  pkcs11::KeySpec describe(const std::map<std::string, std::string>& plugin_config) {
    signing::RunContext context = make_context();
    return signing::describe_key({id(), plugin_config}, context);
  }
  signing::SignedArtifact sign() { return sign(id(), {{"chain_file", chain_file}}); }
  signing::SignedArtifact sign(const std::string& key_id, const std::map<std::string, std::string>& plugin_config) {
    signing::RunContext context = make_context();
    return signing::generate_signature({key_id, spec, payload(), plugin_config}, context);
  }

  const std::string& module() const { return module_; }

  FakeToken token;
  TemporaryFolder folder;
  EnvironmentScope state_home{"XDG_STATE_HOME", folder.path().c_str()};
  FakeTerminal terminal{false};
  support::TestKey key = support::TestKey::shared(pkcs11::KeySpec::ec_256);
  pkcs11::KeySpec spec = pkcs11::KeySpec::ec_256;
  std::string chain_file, ca_file, leaf_file, pin_file, key_file;
  bool host_is_there = true;
  std::function<void()> before_sign;  // when it is asked whether the host is there
  signing::SettingsFiles settings;

 private:
  static base::Bytes payload();

  signing::RunContext make_context() {
    return {[this](const signing::KeySetup& setup) -> pkcs11::KeyService& {
              service_ = make_service(setup);
              return *service_;
            },
            [this] {
              if (before_sign) before_sign();
              if (!host_is_there) throw base::Error(base::ErrorKind::host_gone, base::Phase::sign, "nobody is there");
            },
            [this](std::chrono::milliseconds) { return host_is_there; },
            terminal,
            log_,
            base::system_clock(),
            secrets_,
            settings};
  }

  std::unique_ptr<pkcs11::KeyService> make_service(const signing::KeySetup& setup) {
    if (!isolated_) return std::make_unique<pkcs11::LocalService>(setup.timeouts, base::system_clock());
    pkcs11::IsolatedOptions options;
    options.timeouts = setup.timeouts;
    options.new_worker = [] { return pkcs11::WorkerProcess::fork_first(); };
    options.host_is_there = [this] { return host_is_there; };
    return std::make_unique<pkcs11::IsolatedService>(pkcs11::WorkerProcess(), std::move(options), base::system_clock());
  }

  bool isolated_;
  std::unique_ptr<pkcs11::KeyService> service_;
  std::string module_;
  platform::Log log_;
  platform::EnvironmentSecrets secrets_;
};

inline base::Bytes Flow::payload() {
  // {"alg":"ES256","crit":["io.cncf.notary.signingScheme"],"cty":"application/vnd.cncf.notary.payload.v1+json",
  //  "io.cncf.notary.signingScheme":"notary.x509","io.cncf.notary.signingTime":"2026-11-21T02:02:02Z"}
  constexpr std::string_view text =
      "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsiaW8uY25jZi5ub3Rhcnkuc2lnbmluZ1NjaGVtZSJdLCJjdHkiOiJhcHBsaWNhdGlvbi92bmQuY25jZi5u"
      "b3RhcnkucGF5bG9hZC52MStqc29uIiwiaW8uY25jZi5ub3Rhcnkuc2lnbmluZ1NjaGVtZSI6Im5vdGFyeS54NTA5IiwiaW8uY25jZi5ub3Rhcnku"
      "c2lnbmluZ1RpbWUiOiIyMDI2LTExLTIxVDAyOjAyOjAyWiJ9."
      "eyJ0YXJnZXRBcnRpZmFjdCI6eyJkaWdlc3QiOiJzaGEyNTY6NDNhNmY0MzhhM2U1NDUyYTQ1NDNmMjhmYzI3OTY3OTY4ZjI2YTM2Yjg4NWRiN2Nl"
      "OTdlY2ZiYmFkM2RhYWVmOSIsIm1lZGlhVHlwZSI6ImFwcGxpY2F0aW9uL3ZuZC5vY2kuaW1hZ2UubWFuaWZlc3QudjEranNvbiIsInNpemUiOjU4"
      "N319";
  const base::ByteView bytes = base::bytes_of(text);
  return {bytes.begin(), bytes.end()};
}
