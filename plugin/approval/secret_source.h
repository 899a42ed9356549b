#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "approval/registry.h"
#include "base/secret.h"
#include "schema/approval_settings.h"

// Secrets of the settings: "env:NAME", or "file:PATH" of a file that its owner alone may read. `what` names the secret
// in texts, such as "the token". Errors: invalid_settings, phase approval or settings, never with the secret.
namespace approval {

inline constexpr std::size_t kLongestSecret = 65'536;  // bytes

// Takes a variable out of the environment early; refuses what names no place.
void take_secret(const schema::SecretSource& source, std::string_view what, const BackendContext& context);

// One line end at its end is cut off; never empty. A file is read anew each time.
base::Secret read_secret(const schema::SecretSource& source, std::string_view what, const BackendContext& context);

// The same for what goes into a header: visible ASCII characters, blanks around it are cut off.
base::Secret read_token(const schema::SecretSource& source, std::string_view what, const BackendContext& context);

// Several of these, one a line; empty lines do not count.
std::vector<base::Secret> read_tokens(const schema::SecretSource& source, std::string_view what,
                                      const BackendContext& context);

// "environment variable X", "file /x".
std::string describe_secret(const schema::SecretSource& source, const BackendContext& context);

}  // namespace approval
