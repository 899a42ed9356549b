#include "add_command.h"
#include "doctor/commands.h"

namespace operators {

void add_doctor(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* doctor = nullptr;
  const auto flags =
      add_command<DoctorFlags>(app, "doctor", "Check everything that a signature needs, and say what helps",
                               "doctor release\n"
                               "  notation-pkcs11 doctor --module /usr/lib/softhsm/libsofthsm2.so",
                               chosen, examine, doctor);
  doctor->add_option("KEY", flags->key, "configured name, name in notation, or PKCS#11 URI; without it the machine");
  add_text(*doctor, "--module", flags->token.module.module, "path of the PKCS#11 library")->type_name("PATH");
  doctor->add_option("--token", flags->token.token, "label of the token, or its URI, where no KEY is named")
      ->type_name("LABEL|URI");
  add_text(*doctor, "--chain-file", flags->token.module.chain_file, "PEM file with the certificate chain")
      ->type_name("FILE");
  add_module_flags(*doctor, flags->token.module);
  doctor->add_flag("--login", flags->login,
                   "log in, to see what the token hides; without it and --sign no PIN is tried");
  doctor->add_flag("--sign", flags->sign, "log in and have the key sign random bytes");
  doctor
      ->add_option("--report", flags->report,
                   "write how the module behaves to a new file, without labels, serial numbers or keys, to send in")
      ->type_name("FILE");
  doctor->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace operators
