#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace platform {

// An absolute path: a relative one starts at `folder` (empty: the working folder). `what` names the setting in texts.
// Error(invalid_settings) for an empty path, one with a NUL and one that begins with `~`, which only a shell expands.
std::string absolute_path(std::string_view path, std::string_view folder, std::string_view what);

// Before a PKCS#11 library is loaded: the path is absolute and leads to a regular file; file and folder belong to root
// or the effective user and are not writable by group or others (a sticky folder is excepted). Returns the path with
// all links resolved. Each violation is Error(invalid_settings, phase settings) with its own text and remedy.
std::string check_module_file(std::string_view path);

// The same rules before a program is run, and the user may run it.
std::string check_program_file(std::string_view path);

// The same owner and folder rules for a file that its owner alone may read; `what` is for example "PIN file".
void check_private_file(const std::string& path, std::string_view what);

// Content of a file like that, checked on the opened file; at most `limit` bytes, one more when it is longer.
base::Secret read_private_file(const std::string& path, std::size_t limit, std::string_view what);

// The same rules, but root's file may be readable by its group: what systemd makes of a credential for a service's user
// shows so, because the mask of an access list stands in the place of the group's bits.
void check_guarded_file(const std::string& path, std::string_view what);
base::Secret read_guarded_file(const std::string& path, std::size_t limit, std::string_view what);

// Content of a regular file of at most `limit` bytes; no rules about its owner. `what` is for example "chain file".
// Error(invalid_settings, phase settings).
std::string read_bounded_file(const std::string& path, std::size_t limit, std::string_view what);

// Content of a configuration file: as read_bounded_file, and the file belongs to root or the effective user and is not
// writable by group or others. Empty when there is no such file.
std::optional<std::string> read_config_file(const std::string& path, std::size_t limit);

}  // namespace platform
