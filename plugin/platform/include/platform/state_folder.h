#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/descriptor.h"

namespace platform {

// The folder for what outlives a run: $XDG_STATE_HOME/notation-pkcs11, else ~/.local/state/notation-pkcs11. Opened
// without following a link in its last part; belongs to the effective user, mode 0700. File names are plain: letters,
// digits, `-`, `_` and `.`, not in front; anything else is Error(internal). Other failures are
// Error(invalid_settings, phase settings).
class StateFolder {
 public:
  // Held until it goes.
  using Lock = Descriptor;

  const std::string& path() const noexcept { return path_; }

  // Content of a regular file, empty when there is none. A link, a file of someone else, or one longer than `limit`
  // bytes is an error.
  std::optional<std::string> read_file(const std::string& name, std::size_t limit) const;

  // Replaces the file as a whole, mode 0600, on the disk when this returns.
  void write_file_atomically(const std::string& name, std::string_view content) const;

  // Opens a file that is only ever added to, to be read as well; makes it, mode 0600, where there is none. A link, a
  // file of someone else, or one that others may read or write is an error. Its name is on the disk when this returns.
  Descriptor open_to_append(const std::string& name) const;

  // Does nothing when there is no such file.
  void remove_file(const std::string& name) const;

  // Names of the files that begin with `prefix`, sorted.
  std::vector<std::string> list_files(const std::string& prefix) const;

  // One holder at a time among all processes. Error(busy) when it is not free within `patience`.
  Lock lock(const std::string& name, std::chrono::milliseconds patience = std::chrono::seconds(2)) const;

  // The same without patience: empty when another holds it. The holder may remove the file before it lets go.
  std::optional<Lock> try_lock(const std::string& name) const;

 private:
  friend struct StateFolderSearch;
  StateFolder(std::string path, Descriptor folder) : path_(std::move(path)), folder_(std::move(folder)) {}

  std::string path_;
  Descriptor folder_;
};

// The folder, or why there is none; a run with a plain key goes on without it.
struct StateFolderSearch {
  std::optional<StateFolder> folder;
  std::string reason;  // empty when there is a folder

  // Makes the folder, and the missing ones above it, with mode 0700. Never throws for an unusable folder.
  static StateFolderSearch open();
};

}  // namespace platform
