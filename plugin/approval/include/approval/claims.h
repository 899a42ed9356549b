#pragma once

#include <map>
#include <string>

namespace approval {

// What the requester says of himself: `user`, `host`, what the variables of GitHub Actions, GitLab CI, Jenkins and
// Azure Pipelines name (each under its own name), and the configured ones, which win. Nothing of it is verified. Values
// of more than 256 bytes are cut, those that are not UTF-8 or empty are left out.
std::map<std::string, std::string> gather_claims(const std::map<std::string, std::string>& configured);

}  // namespace approval
