#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

// A folder of its own for one test, mode 0700, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "np11-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = std::filesystem::canonical(name).string();
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  std::string write(std::string_view name, std::string_view content, mode_t mode = 0600) const {
    std::string path = *this / name;
    std::ofstream(path, std::ios::binary) << content;
    set_mode(path, mode);
    return path;
  }

  std::string make_folder(std::string_view name, mode_t mode = 0755) const {
    std::string path = *this / name;
    std::filesystem::create_directory(path);
    set_mode(path, mode);
    return path;
  }

  static void set_mode(const std::string& path, mode_t mode) {
    if (::chmod(path.c_str(), mode) != 0) throw std::runtime_error("cannot change the mode of " + path);
  }

 private:
  std::string path_;
};

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline unsigned mode_of(const std::string& path) {
  struct stat state{};
  return ::lstat(path.c_str(), &state) == 0 ? state.st_mode & 07777U : 0U;
}
