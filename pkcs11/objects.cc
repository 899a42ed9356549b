#include "objects.h"

#include <algorithm>

namespace pkcs11 {
namespace {

struct Bucket {
  std::vector<Object> objects;
};

bool has_label(const Bucket& bucket, const std::string& label) {
  return std::any_of(bucket.objects.begin(), bucket.objects.end(),
                     [&](const Object& object) { return object.label == label; });
}

// The bucket that an object without CKA_ID belongs to: the only one with its label.
Bucket* bucket_with_label(std::vector<Bucket>& buckets, const std::string& label) {
  if (label.empty()) return nullptr;
  Bucket* found = nullptr;
  for (Bucket& bucket : buckets) {
    if (!has_label(bucket, label)) continue;
    if (found != nullptr) return nullptr;
    found = &bucket;
  }
  return found;
}

std::vector<Bucket> join(std::vector<Object> objects) {
  std::vector<Bucket> buckets;
  std::vector<Object> nameless;
  for (Object& object : objects) {
    if (object.id.empty()) {
      nameless.push_back(std::move(object));
      continue;
    }
    const auto same_id = [&](const Bucket& bucket) { return bucket.objects.front().id == object.id; };
    const auto found = std::find_if(buckets.begin(), buckets.end(), same_id);
    Bucket& bucket = found != buckets.end() ? *found : buckets.emplace_back();
    bucket.objects.push_back(std::move(object));
  }
  for (Object& object : nameless) {
    Bucket* bucket = bucket_with_label(buckets, object.label);
    if (bucket == nullptr) bucket = &buckets.emplace_back();
    bucket->objects.push_back(std::move(object));
  }
  return buckets;
}

void add_key(std::vector<PublicKey>& keys, const std::optional<PublicKey>& key) {
  if (key && std::find(keys.begin(), keys.end(), *key) == keys.end()) keys.push_back(*key);
}

std::vector<PublicKey> distinct_keys(const Bucket& bucket, bool of_certificates) {
  std::vector<PublicKey> keys;
  for (const Object& object : bucket.objects) {
    if ((object.type == CKO_CERTIFICATE) == of_certificates) add_key(keys, object.key);
  }
  return keys;
}

bool belongs(const Object& object, const std::optional<PublicKey>& key, bool only_key) {
  return !key || !object.key || object.key == key || (only_key && object.type == CKO_CERTIFICATE);
}

// A certificate of another key stays with the key that shares its id when there is only one: whoever checks the chain
// tells the user that they do not fit.
KeyGroup group_for(const Bucket& bucket, const std::optional<PublicKey>& key, bool only_key) {
  KeyGroup group;
  for (const Object& object : bucket.objects) {
    if (!belongs(object, key, only_key)) continue;
    switch (object.type) {
      case CKO_PUBLIC_KEY:
        group.public_objects.push_back(object);
        break;
      case CKO_PRIVATE_KEY:
        group.private_objects.push_back(object);
        break;
      default: {
        const auto same = [&](const Object& other) { return other.certificate == object.certificate; };
        if (std::none_of(group.certificates.begin(), group.certificates.end(), same))
          group.certificates.push_back(object);
      }
    }
  }
  return group;
}

void add_groups(std::vector<KeyGroup>& groups, const Bucket& bucket) {
  const std::vector<PublicKey> keys = distinct_keys(bucket, false);
  for (const PublicKey& key : keys) {
    groups.push_back(group_for(bucket, key, keys.size() == 1));
    groups.back().key = key;
  }
  if (!keys.empty()) return;
  const std::vector<PublicKey> certified = distinct_keys(bucket, true);
  if (certified.empty()) groups.push_back(group_for(bucket, std::nullopt, true));
  for (const PublicKey& key : certified) {
    groups.push_back(group_for(bucket, key, false));
    groups.back().certified = key;
  }
}

bool is_key_or_certificate(const Object& object) {
  return object.type == CKO_PUBLIC_KEY || object.type == CKO_PRIVATE_KEY || object.type == CKO_CERTIFICATE;
}

}  // namespace

const PublicKey* KeyGroup::identity() const {
  if (key) return &*key;
  return certified ? &*certified : nullptr;
}

const Object& KeyGroup::front() const {
  if (!public_objects.empty()) return public_objects.front();
  return private_objects.empty() ? certificates.front() : private_objects.front();
}

std::vector<KeyGroup> group_objects(std::vector<Object> objects) {
  std::erase_if(objects, [](const Object& object) { return !is_key_or_certificate(object); });
  std::vector<KeyGroup> groups;
  for (const Bucket& bucket : join(std::move(objects)))
    add_groups(groups, bucket);
  return groups;
}

KeyView view_of(const KeyGroup& group, Uri token) {
  KeyView view;
  view.uri = std::move(token);
  const Object& named = group.front();
  // RFC 7512 has no way to write a label with a NUL in it.
  if (!named.label.empty() && named.label.find('\0') == std::string::npos) view.uri.object = named.label;
  if (!named.id.empty()) view.uri.id = named.id;
  view.public_key = group.key;
  view.has_public = !group.public_objects.empty();
  view.has_private = !group.private_objects.empty();
  for (const Object& object : group.certificates)
    view.certificates.push_back(object.certificate);
  return view;
}

}  // namespace pkcs11
