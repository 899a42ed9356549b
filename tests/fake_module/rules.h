#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cryptoki.h"
#include "statement.h"

// What a rules file says. README.md has the grammar.
namespace fake {

struct KeyHalf {
  bool present = true;
  std::string label;
  Bytes id;
  bool needs_login = false;  // CKA_PRIVATE
};

enum class Authentication { once, always, demanded, announced };  // of CKA_ALWAYS_AUTHENTICATE, see README.md

struct KeyRule {
  std::string spec;  // RSA-1024 ... P-521, secp256k1
  std::string pem;   // empty: the test key of that spec
  bool generate = false;
  KeyHalf public_half;
  KeyHalf private_half;
  Authentication authentication = Authentication::once;
  bool sign = true;
  bool sensitive = true;
  bool extractable = false;
  std::vector<CK_MECHANISM_TYPE> mechanisms;  // CKA_ALLOWED_MECHANISMS
  unsigned long copies = 1;
};

struct CertificateRule {
  std::string pem;
  bool all = false;  // every certificate of the file, not the first alone
  std::optional<Bytes> value;
  std::string label;
  Bytes id;
  bool needs_login = false;
  unsigned long copies = 1;
};

enum class FillerKind { pair, certificate, data };

struct FillerRule {
  unsigned long count = 0;
  FillerKind kind = FillerKind::pair;
};

using ObjectRule = std::variant<KeyRule, CertificateRule, FillerRule>;

enum class PinFlags { cumulative, single, none };

struct SlotRule {
  std::optional<CK_SLOT_ID> id;
  bool token_present = true;
  bool token_initialised = true;
  std::string description = "fake slot";
  std::string label = "fake";
  std::string serial = "0001";
  std::string manufacturer = "fake manufacturer";
  std::string model = "fake model";
  CK_VERSION hardware = {1, 0};
  CK_VERSION firmware = {1, 0};
  char padding = ' ';
  std::string pin = "1234";
  std::string so_pin = "12345678";
  unsigned long pin_min = 4;
  unsigned long pin_max = 64;
  unsigned long session_limit = 0;  // 0: none
  bool login_required = true;
  bool write_protected = false;
  bool protected_path = false;
  bool user_pin_set = true;
  bool pin_to_be_changed = false;
  unsigned long locks_after = 0;   // 0: never
  unsigned long pin_failures = 0;  // so far
  unsigned long so_locks_after = 0;
  unsigned long so_pin_failures = 0;
  PinFlags pin_flags = PinFlags::cumulative;
  std::vector<CK_USER_TYPE> user_types = {CKU_USER};
  std::string user_name;  // wanted by C_LoginUser
  std::vector<ObjectRule> objects;
};

enum class Effect { fail, hang, sleep, crash, abort, exit, exit_now, print, lose };
enum class Loss { sessions, login, token };

// One `<effect> <Function>` rule.
struct Action {
  Effect effect = Effect::fail;
  std::string function;
  bool after = false;  // once the function has done its work, not instead of it
  unsigned long line = 0;

  std::optional<CK_SLOT_ID> slot;
  std::optional<CK_MECHANISM_TYPE> mechanism;
  std::optional<CK_USER_TYPE> user;
  unsigned long first_process = 1;
  unsigned long last_process = 0;  // 0: no end
  unsigned long first = 1;         // which of the matching calls
  unsigned long last = 0;          // 0: no end
  bool overall = false;            // first and last count the calls of all processes together

  CK_RV value = CKR_OK;        // fail
  unsigned long number = 0;    // sleep: milliseconds; exit: status; print: bytes
  int descriptor = 1;          // print
  std::string text;            // print
  Loss loss = Loss::sessions;  // lose
  unsigned long seen = 0;      // calls matched in this process

  bool counts_processes() const { return first_process > 1 || last_process != 0; }
};

enum class AttributeState { unavailable, sensitive, empty, value };

struct AttributeRule {
  CK_ATTRIBUTE_TYPE type = 0;
  std::optional<CK_OBJECT_CLASS> object_class;
  AttributeState state = AttributeState::unavailable;
  Bytes value;
};

struct MechanismRule {
  CK_MECHANISM_TYPE type = 0;
  std::optional<unsigned long> min_size;
  std::optional<unsigned long> max_size;
  std::optional<CK_FLAGS> flags;
  std::optional<CK_KEY_TYPE> generates;  // a mechanism of the vendor's that makes such pairs
};

// What C_GenerateKeyPair and C_CreateObject make of an attribute in a template of that class.
struct TemplateRule {
  CK_ATTRIBUTE_TYPE type = 0;
  std::optional<CK_OBJECT_CLASS> object_class;
  bool wanted = false;  // else refused
  CK_RV answer = CKR_TEMPLATE_INCOMPLETE;
};

enum class InterfaceAnswer {
  unsupported,
  version_3_0,
  version_3_1,
  version_2_40,
  null_interface,
  null_list,
  wrong_name
};
enum class SignatureForm {
  right,
  der,
  short_integers,
  stripped_zero,
  wrong_salt,
  wrong_key,
  garbage,
  empty,
  truncated
};
enum class PointForm { octet_string, raw, malformed, compressed };
enum class ParametersForm { oid, name, explicit_curve };

struct Quirks {
  CK_VERSION list_version = {2, 40};
  InterfaceAnswer interface = InterfaceAnswer::unsupported;
  SignatureForm signature = SignatureForm::right;
  PointForm ec_point = PointForm::octet_string;
  ParametersForm ec_params = ParametersForm::oid;
  std::optional<std::string> init_string;  // C_Initialize wants this in pReserved; empty: any
  bool refuses_os_locking = false;
  bool needs_threads = false;
  std::optional<CK_RV> read_only_refusal;
  std::optional<CK_RV> read_write_refusal;
  bool one_object_at_a_time = false;
  bool whole_attribute_batch_fails = false;
  bool picky_search = false;  // refuses templates with empty values or more than class, id and label
  bool operation_survives_refusal = false;
  bool takes_vendor_attributes = false;
  bool quick_generate = false;  // C_GenerateKeyPair hands out the test key of that spec
  bool over_reports_size = false;
  bool small_buffer_ends_operation = false;
  bool carries_on_after_fork = false;
  bool initialises_twice = false;
  bool starts_thread = false;    // in C_Initialize; it runs until the process ends
  bool ignores_signals = false;  // SIGINT, SIGTERM and SIGHUP, from C_Initialize on
};

struct Rules {
  std::vector<SlotRule> slots;
  std::vector<Action> actions;
  std::vector<AttributeRule> attributes;
  std::vector<TemplateRule> templates;
  std::optional<std::vector<CK_MECHANISM_TYPE>> mechanisms;
  std::vector<MechanismRule> mechanism_limits;
  std::string manufacturer = "fake module";
  std::string library = "scripted fake module";
  std::string log;           // empty: the one of the environment
  std::string state_folder;  // empty: nothing outlives the process
  Quirks quirks;

  bool counts_processes() const;
};

// Throws RuleError that names the line.
Rules parse_rules(std::string_view text);

// One statement about an object, as the state folder keeps them.
ObjectRule parse_object(std::string_view line);

// "2.6"
CK_VERSION version_of(const std::string& word);

// Used by parse_rules.
std::optional<ObjectRule> object_rule(const std::string& word, Statement& statement);
std::optional<SlotRule> slot_rule(const std::string& word, Statement& statement);
std::optional<Action> action_rule(const std::string& word, Statement& statement);
bool apply_quirk(const std::string& word, Statement& statement, Quirks& quirks);
std::vector<CK_MECHANISM_TYPE> mechanism_list(std::string_view words);

}  // namespace fake
