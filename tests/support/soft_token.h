#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

// A SoftHSM token in a temporary folder of its own; SOFTHSM2_CONF of this process names it until the end.
namespace support {

class SoftToken {
 public:
  static constexpr const char* kPin = "1234";

  explicit SoftToken(const std::string& label = "soft") {
    char name[] = "/tmp/soft-token.XXXXXX";
    if (mkdtemp(name) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = name;
    std::filesystem::create_directory(folder_ + "/tokens");
    std::ofstream(folder_ + "/softhsm2.conf")
        << "directories.tokendir = " << folder_ << "/tokens\nobjectstore.backend = file\nlog.level = ERROR\n";
    setenv("SOFTHSM2_CONF", (folder_ + "/softhsm2.conf").c_str(), 1);
    add_token(label);
  }
  ~SoftToken() {
    unsetenv("SOFTHSM2_CONF");
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  SoftToken(const SoftToken&) = delete;
  SoftToken& operator=(const SoftToken&) = delete;

  void add_token(const std::string& label) const {
    const std::string command = "softhsm2-util --init-token --free --label '" + label + "' --pin " + kPin +
                                " --so-pin 5678 >" + folder_ + "/log 2>&1";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("softhsm2-util failed");
  }

  // Puts a new Ed25519 key pair on the token; `id` in hexadecimal.
  void add_ed25519_key(const std::string& token, const std::string& label, const std::string& id) const {
    const std::string file = folder_ + "/" + id + ".pem";
    const std::string command = "openssl genpkey -algorithm ED25519 -out " + file + " && softhsm2-util --import " +
                                file + " --token '" + token + "' --label '" + label + "' --id " + id + " --pin " +
                                kPin + " >" + folder_ + "/log 2>&1";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("no Ed25519 key on SoftHSM");
  }

  // Empty where SoftHSM is not installed: the test is to be skipped, with a word.
  static std::string module_path() {
    for (const char* path : {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so",
                             "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"}) {
      if (std::filesystem::exists(path)) return path;
    }
    return {};
  }

  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

}  // namespace support
