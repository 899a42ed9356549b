#include "key/ceremony.h"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "base/base64.h"
#include "key/key_text.h"
#include "platform/file_checks.h"
#include "trust/certificate.h"
#include "trust/pem.h"
#include "trust/public_key.h"

namespace operators {
namespace {

constexpr std::size_t kLargestModule = std::size_t{1} << 29;  // bytes
constexpr std::string_view kWhat = "ceremony record";

std::string now() {
  return trust::format_time(base::system_clock().wall());
}

std::string without_ending(const std::string& path) {
  for (const std::string_view ending : {".json", ".txt"}) {
    if (path.size() > ending.size() && path.ends_with(ending)) return path.substr(0, path.size() - ending.size());
  }
  return path;
}

std::string user_name() {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  const bool known = ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
  return known ? entry.pw_name : "";
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string hash_of_file(const std::string& path) {
  try {
    return trust::sha256_hex(base::bytes_of(platform::read_bounded_file(path, kLargestModule, "module")));
  } catch (const base::Error&) {
    return {};
  }
}

schema::CeremonyRecord::Made made_of(const KeyMaking& making) {
  const pkcs11::GeneratedKey& key = *making.made;
  schema::CeremonyRecord::Made made;
  made.key = report(key.key);
  made.mechanism = key.mechanism;
  made.sensitive = key.sensitive;
  made.extractable = key.extractable;
  made.never_extractable = key.never_extractable;
  made.local = key.local;
  made.always_authenticate = key.always_authenticate;
  made.public_key_pem = trust::public_key_to_pem(trust::spki_der(*key.key.public_key));
  made.objects = object_reports(making.objects);
  return made;
}

}  // namespace

Ceremony::Ceremony(const KeyGenerateFlags& flags, const pkcs11::GenerateOrder& order)
    : base_(without_ending(flags.record)),
      json_(base_ + ".json", flags.force, kWhat),
      page_(base_ + ".txt", flags.force, kWhat) {
  record_.began = now();
  record_.product_version = NOTATION_PKCS11_VERSION;
  record_.user = user_name();
  record_.user_id = ::geteuid();
  record_.host = host_name();
  record_.module.path = flags.token.module.module.value_or("");
  record_.asked.key_spec = pkcs11::traits(order.spec).name;
  record_.asked.label = order.label;
  record_.asked.id = base::to_hex(order.id);
  record_.asked.always_authenticate = order.always_authenticate;
  record_.asked.extra_attributes = flags.attributes;
  if (order.mechanism) record_.asked.mechanism = std::to_string(*order.mechanism);
}

// What came after the end came too late: the command ends by itself, and says what it has to say.
Ceremony::~Ceremony() {
  signals_.take();
}

void Ceremony::check_signals() {
  if (signals_.take())
    throw base::Error(base::ErrorKind::cancelled, base::Phase::request, "interrupted: no key was made");
}

void Ceremony::know_module(const std::string& path) {
  record_.module.path = path;
  record_.module.sha256 = hash_of_file(path);
}

void Ceremony::know(const pkcs11::ModuleView& module, const pkcs11::TokenState& token) {
  record_.module.manufacturer = module.manufacturer;
  record_.module.description = module.description;
  record_.module.library_version = module.library_version;
  record_.module.cryptoki_version = module.cryptoki_version;
  record_.token = schema::CeremonyRecord::Token{token.label,
                                                token.manufacturer,
                                                token.model,
                                                token.serial,
                                                token.slot_description,
                                                token.hardware_version,
                                                token.firmware_version,
                                                token.slot_id};
}

void Ceremony::write(const KeyMaking& making, const base::Error* failure) {
  record_.ended = now();
  if (making.made) record_.made = made_of(making);
  if (making.proof) {
    record_.proof = schema::CeremonyRecord::Proof{std::string(making.proof->algorithm), making.proof->mechanism,
                                                  base::encode_base64(making.proof->challenge),
                                                  base::encode_base64(making.proof->signature)};
  }
  if (failure != nullptr) record_.failure = schema::CeremonyRecord::Failure{failure->message(), failure->hint()};
  const std::string json = schema::encode(record_);
  json_.write(json);
  page_.write(page_of(record_, base_ + ".json", json));
}

}  // namespace operators
