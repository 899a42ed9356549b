#include "add_command.h"
#include "explain/commands.h"

namespace operators {

void add_explain(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* command = nullptr;
  const auto flags =
      add_command<ExplainFlags>(app, "explain", "Show what a key's name leads to, nearly leads to, and who set what",
                                "explain release", chosen, explain, command);
  command->add_option("KEY", flags->key, "configured name, name in notation, or PKCS#11 URI")->required();
  add_text(*command, "--module", flags->module.module, "path of the PKCS#11 library, if nothing else names it")
      ->type_name("PATH");
  add_text(*command, "--chain-file", flags->module.chain_file, "PEM file with the certificate chain, likewise")
      ->type_name("FILE");
  add_module_flags(*command, flags->module);
  command->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace operators
