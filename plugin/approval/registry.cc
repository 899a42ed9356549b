#include "approval/registry.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "approval/securosys_tsb.h"
#include "base/bytes.h"
#include "base/error.h"
#include "exec_backend.h"

namespace approval {
namespace {

using schema::ApprovalSettings;

struct Entry {
  std::string_view name;
  std::unique_ptr<Backend> (*make)(const ApprovalSettings& settings, const BackendContext& context);
};

// Makes a backend of the settings in one member of ApprovalSettings.
template <auto Member, typename Settings, std::unique_ptr<Backend> (*Make)(const Settings&, const BackendContext&)>
std::unique_ptr<Backend> make_with(const ApprovalSettings& settings, const BackendContext& context) {
  const auto& own = settings.*Member;
  if (!own)
    throw base::Error(base::ErrorKind::invalid_settings, base::Phase::approval,
                      "approval backend " + base::quoted(settings.backend) + " has no settings");
  return Make(*own, context);
}

constexpr std::array kBackends{
    Entry{"exec", make_with<&ApprovalSettings::exec, schema::ExecSettings, make_exec>},
    Entry{"securosys-tsb", make_with<&ApprovalSettings::securosys_tsb, schema::TsbSettings, make_securosys_tsb>},
};

}  // namespace

std::unique_ptr<Backend> make_backend(const ApprovalSettings& settings, const BackendContext& context) {
  const auto* entry = std::find_if(kBackends.begin(), kBackends.end(),
                                   [&](const Entry& candidate) { return candidate.name == settings.backend; });
  if (entry != kBackends.end()) return entry->make(settings, context);
  std::string known;
  for (const std::string& name : backend_names())
    known += (known.empty() ? "" : ", ") + name;
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::approval,
                    "no approval backend has the name " + base::quoted(settings.backend),
                    "the backends of this program are: " + known);
}

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kBackends)
    names.emplace_back(entry.name);
  return names;
}

}  // namespace approval
