#pragma once

#include <string>
#include <string_view>

namespace platform {

// Credentials that systemd hands to a service: files in the folder that $CREDENTIALS_DIRECTORY names (systemd.exec(5),
// "Credentials").

// A file name that systemd takes for one: printable ASCII without slash and colon, neither "." nor "..".
bool is_credential_name(std::string_view name);

// Whether the variable is set: this process was started by a service with credentials.
bool credentials_are_there();

// The file's path. Error(pin_unavailable, phase pin) when the variable is missing or names no absolute path; it names
// both.
std::string credential_path(const std::string& name);

}  // namespace platform
