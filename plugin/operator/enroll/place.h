#pragma once

#include <string>

namespace operators {

// Where an enrolment keeps its files: in the folder of the user's configuration file, named after the key.
struct EnrolPlace {
  std::string name;
  std::string config;  // the user's configuration file, whether it is there or not
  std::string folder;  // of it, with a slash at the end

  // Makes the folder where it is missing, with mode 0700. Errors: invalid_settings (a name that is no file name, no
  // home, the folder cannot be made).
  static EnrolPlace locate(const std::string& name);

  std::string chain_name() const { return name + ".pem"; }
  std::string chain_file() const { return folder + chain_name(); }
  std::string request_file() const { return folder + name + ".csr"; }
};

// Whether there is anything of that name, a broken link too.
bool is_there(const std::string& path);

}  // namespace operators
