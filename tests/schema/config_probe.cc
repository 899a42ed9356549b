#include <iostream>
#include <iterator>
#include <string>

#include "base/error.h"
#include "schema/config.h"

// What config.schema.json is held against: `members` prints the decoder's member names, one level a line, and the
// quirks; `user` and `administrator` decode standard input, print the refusal if there is one, and exit 1 then.
namespace {

template <typename Names>
void print(const char* level, const Names& names) {
  std::cout << level;
  for (const auto& name : names)
    std::cout << ' ' << name;
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const std::string word = argc == 2 ? argv[1] : "";
  if (word == "members") {
    const schema::ConfigMembers members = schema::config_members();
    print("top", members.top);
    print("administrator_only", members.administrator_only);
    print("key", members.key);
    print("timeouts", members.timeouts);
    print("approval", members.approval);
    print("exec", members.exec);
    print("securosys_tsb", members.securosys_tsb);
    print("approver", members.approver);
    print("approver_securosys_tsb", members.approver_securosys_tsb);
    print("quirks", pkcs11::all_quirk_names());
    return 0;
  }
  if (word != "user" && word != "administrator") return 2;
  const std::string json{std::istreambuf_iterator<char>(std::cin), {}};
  try {
    schema::decode_config(json, "standard input", word == "administrator");
  } catch (const base::Error& error) {
    std::cout << error.message() << '\n';
    return 1;
  }
  return 0;
}
