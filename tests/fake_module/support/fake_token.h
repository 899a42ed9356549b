#pragma once

#include <string>
#include <string_view>
#include <vector>

// The scripted fake PKCS#11 module (README.md in this folder) as a test sees it: a temporary folder with a rules file,
// a call log and, on request, a state folder. The constructor points FAKE_PKCS11_RULES and FAKE_PKCS11_LOG of this
// process at them, so processes started or forked later find them too; the destructor restores the environment and
// removes the folder. One FakeToken at a time.
class FakeToken {
 public:
  FakeToken();
  ~FakeToken();
  FakeToken(const FakeToken&) = delete;
  FakeToken& operator=(const FakeToken&) = delete;

  // Appends one line (or several) to the rules file, in place at once; throws std::runtime_error if it is no valid
  // rule.
  FakeToken& rule(std::string_view line);
  // Generated keys, stored certificates and PIN failures outlive the process from now on.
  FakeToken& keep_state();

  // The module in the build folder.
  static std::string module_path();
  // A second copy of the module in the temporary folder: for dlopen a module of its own.
  std::string copy_module(const std::string& file_name) const;
  // PEM file of the private key behind a rule `key SPEC` without pem=; `other` is a second key of that spec, the one
  // the quirk `signature wrong-key` signs with.
  static std::string key_file(const std::string& spec);
  static std::string other_key_file(const std::string& spec);

  const std::string& folder() const { return folder_; }
  std::string rules_file() const { return folder_ + "/rules"; }
  std::string log_file() const { return folder_ + "/calls"; }
  // Writes a file into the temporary folder and returns its path.
  std::string write(const std::string& file_name, std::string_view content) const;

  // From the call log, over all processes. A call counts when it was entered, whether or not it came back.
  int calls(std::string_view function) const;  // of that C_ function
  int calls() const;                           // of all C_ functions
  int processes() const;                       // processes that called a C_ function
  int loads() const;    // times the library was mapped; a process forked from one that has it does not map it again
  int unloads() const;  // processes that ran its exit handlers
  // Result names of that function, one for each call that came back.
  std::vector<std::string> results(std::string_view function) const;
  // Lines of the call log that contain `text`, or all.
  std::vector<std::string> log(std::string_view text = {}) const;
  // Forgets the calls so far.
  void clear_log() const;

 private:
  std::string folder_;
  std::string rules_;
};
