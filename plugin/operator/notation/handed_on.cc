#include "notation/handed_on.h"

#include <string_view>

#include "platform/file_checks.h"

namespace operators {
namespace {

constexpr std::string_view kFile = "file:";

std::string absolute_source(const std::string& source) {
  if (!source.starts_with(kFile) || source.starts_with("file:/")) return source;
  return std::string(kFile) + platform::absolute_path(source.substr(kFile.size()), {}, "PIN file");
}

}  // namespace

std::map<std::string, std::string> plugin_config_of(const signing::ModuleFlags& flags) {
  std::map<std::string, std::string> entries;
  if (flags.module) entries["module"] = *flags.module;
  if (flags.chain_file) entries["chain_file"] = platform::absolute_path(*flags.chain_file, {}, "chain file");
  if (flags.pin_source) entries["pin_source"] = absolute_source(*flags.pin_source);
  return entries;
}

const char* flag_not_handed_on(const signing::ModuleFlags& flags) {
  return flags.user_type    ? "--user-type"
         : flags.login_user ? "--login-user"
         : flags.init_args  ? "--init-args"
         : flags.quirks     ? "--quirk"
                            : nullptr;
}

}  // namespace operators
