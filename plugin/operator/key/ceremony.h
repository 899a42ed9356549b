#pragma once

#include "base/error.h"
#include "key/commands.h"
#include "key/making.h"
#include "new_file.h"
#include "platform/held_signals.h"
#include "schema/ceremony.h"

namespace operators {

// The record of how a key is made, as JSON and as a page that a person signs. The constructor finds out whether both
// files can be made. While it lives, a signal that would end this process waits, so that the record is written. Errors:
// invalid_settings.
class Ceremony {
 public:
  Ceremony(const KeyGenerateFlags& flags, const pkcs11::GenerateOrder& order);
  ~Ceremony();
  Ceremony(const Ceremony&) = delete;
  Ceremony& operator=(const Ceremony&) = delete;

  // Error(cancelled) when a signal came that would have ended this process: before the key is begun.
  void check_signals();

  // As it becomes known.
  void know_module(const std::string& path);
  void know(const pkcs11::ModuleView& module, const pkcs11::TokenState& token);

  // The end, with what came of it; null: the key was made and proved. Errors: invalid_settings.
  void write(const KeyMaking& making, const base::Error* failure);

  std::vector<std::string> files() const { return {base_ + ".json", base_ + ".txt"}; }

 private:
  platform::HeldSignals signals_;
  std::string base_;
  NewFile json_, page_;
  schema::CeremonyRecord record_;
};

// The page: what the record says, how to check its proof, and room for signatures. `json` is the record's content in
// the file of that name: its hash binds the one to the other.
std::string page_of(const schema::CeremonyRecord& record, const std::string& file, std::string_view json);

}  // namespace operators
