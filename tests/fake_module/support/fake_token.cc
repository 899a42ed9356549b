#include "fake_token.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

#include "rules.h"

namespace {

constexpr const char* kRulesVariable = "FAKE_PKCS11_RULES";
constexpr const char* kLogVariable = "FAKE_PKCS11_LOG";

std::string make_folder() {
  std::string pattern = std::filesystem::temp_directory_path().string() + "/fake-token-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  return pattern;
}

void write_file(const std::string& path, std::string_view content) {
  std::ofstream stream(path, std::ios::binary);
  stream << content;
  if (!stream.flush()) throw std::runtime_error("cannot write " + path);
}

// A module that is already loaded into this process forgets what it knew.
void reset_loaded_module(const std::string& path) {
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return;
  if (void* const symbol = ::dlsym(library, "fake_pkcs11_reset")) reinterpret_cast<void (*)()>(symbol)();
  ::dlclose(library);
}

std::string prepared_key(std::string spec, const char* ending) {
  std::transform(spec.begin(), spec.end(), spec.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return std::string(FAKE_PKCS11_KEYS) + "/" + spec + ending;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace

FakeToken::FakeToken() : folder_(make_folder()) {
  write_file(rules_file(), "");
  ::setenv(kRulesVariable, rules_file().c_str(), 1);
  ::setenv(kLogVariable, log_file().c_str(), 1);
  reset_loaded_module(module_path());
  clear_log();
}

FakeToken::~FakeToken() {
  ::unsetenv(kRulesVariable);
  ::unsetenv(kLogVariable);
  reset_loaded_module(module_path());
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

FakeToken& FakeToken::rule(std::string_view line) {
  const std::string rules = rules_ + std::string(line) + "\n";
  fake::parse_rules(rules);
  rules_ = rules;
  write_file(rules_file(), rules_);
  return *this;
}

FakeToken& FakeToken::keep_state() {
  return rule("state \"" + folder_ + "/state\"");
}

std::string FakeToken::module_path() {
  return FAKE_PKCS11_MODULE;
}

std::string FakeToken::copy_module(const std::string& file_name) const {
  const std::string path = folder_ + "/" + file_name;
  std::filesystem::copy_file(module_path(), path, std::filesystem::copy_options::overwrite_existing);
  return path;
}

std::string FakeToken::key_file(const std::string& spec) {
  return prepared_key(spec, ".pem");
}
std::string FakeToken::other_key_file(const std::string& spec) {
  return prepared_key(spec, "-other.pem");
}

std::string FakeToken::write(const std::string& file_name, std::string_view content) const {
  write_file(folder_ + "/" + file_name, content);
  return folder_ + "/" + file_name;
}

std::vector<std::string> FakeToken::log(std::string_view text) const {
  std::vector<std::string> lines;
  std::ifstream stream(log_file());
  for (std::string line; std::getline(stream, line);) {
    if (line.find(text) != std::string::npos) lines.push_back(line);
  }
  return lines;
}

int FakeToken::calls(std::string_view function) const {
  int count = 0;
  for (const std::string& line : log(" enter "))
    count += words_of(line).at(3) == function ? 1 : 0;
  return count;
}

int FakeToken::calls() const {
  return static_cast<int>(log(" enter C_").size());
}
int FakeToken::processes() const {
  std::set<std::string> numbers;
  for (const std::string& line : log(" enter C_"))
    numbers.insert(words_of(line).at(0));
  return static_cast<int>(numbers.size());
}

int FakeToken::loads() const {
  return calls("load");
}
int FakeToken::unloads() const {
  return calls("unload");
}

std::vector<std::string> FakeToken::results(std::string_view function) const {
  std::vector<std::string> names;
  for (const std::string& line : log(" leave ")) {
    const std::vector<std::string> words = words_of(line);
    if (words.at(3) == function) names.push_back(words.at(4));
  }
  return names;
}

void FakeToken::clear_log() const {
  write_file(log_file(), "");
}
