#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "platform/descriptor.h"

namespace operators {

// A file that appears at once and whole, readable by everybody. The constructor finds out whether it can be made,
// before anything costly is done; until write() there is a temporary file beside it, and none afterwards or after a
// failure. With `replace` the name is taken over, and the permissions of a file there: a link is replaced, not
// followed. A device, a pipe and a link to one are refused in any case. Errors: invalid_settings; `what` names the file
// in them.
class NewFile {
 public:
  NewFile(std::string path, bool replace, std::string_view what);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view content);

 private:
  void refuse_other_than_file() const;
  [[noreturn]] void refuse(int error_number) const;

  std::string path_, what_, temporary_;
  bool replace_;
  mode_t mode_ = 0644;
  platform::Descriptor file_;
};

}  // namespace operators
