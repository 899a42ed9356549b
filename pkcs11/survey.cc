#include "survey.h"

#include "finder.h"
#include "locator.h"
#include "login.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::Error;

constexpr std::size_t kMostObjects = 8192;

bool selected(const Uri& filter, const Object& object) {
  return (!filter.object || *filter.object == object.label) && (!filter.id || *filter.id == object.id);
}

std::vector<KeyView> read_keys(const Module& module, const Session& session, const TokenState& token, const Uri& filter,
                               std::vector<std::string>& remarks) {
  AttributeTemplate everything;
  const Handles found = find_handles(module, session.handle(), everything, kMostObjects);
  if (found.cut)
    remarks.push_back("only the first " + std::to_string(kMostObjects) + " objects of " + describe(token) +
                      " were read");
  std::vector<Object> objects;
  for (const CK_OBJECT_HANDLE handle : found.handles)
    objects.push_back(read_object(module, session.handle(), handle));
  std::vector<KeyView> keys;
  for (const KeyGroup& group : group_objects(std::move(objects))) {
    if (selected(filter, group.front())) keys.push_back(view_of(group, uri_of(token, module.quirks())));
  }
  return keys;
}

SurveyedToken read_whole_token(const Module& module, TokenState token, const Uri& filter, const Login* login,
                               std::vector<std::string>& remarks) {
  if (!token.initialised) return {std::move(token), {}};
  Session session = Session::open(module, token, Access::read);
  if (login != nullptr) log_in(module, session, token, *login);
  std::vector<KeyView> keys = read_keys(module, session, token, filter, remarks);
  return {std::move(token), std::move(keys)};
}

}  // namespace

Survey survey_tokens(const Module& module, const Uri& filter, const Login* login) {
  Survey survey;
  survey.module_description = module.description().text();
  if (login != nullptr) {
    survey.tokens.push_back(read_whole_token(module, find_token(module, filter), filter, login, survey.remarks));
    add_slot_description(module, survey.tokens.front().token);
    return survey;
  }
  SlotList slots = read_slots(module);
  survey.remarks = std::move(slots.remarks);
  for (TokenState& token : slots.tokens) {
    if (!matches(filter, token, module.quirks())) continue;
    add_slot_description(module, token);
    try {
      survey.tokens.push_back(read_whole_token(module, token, filter, nullptr, survey.remarks));
    } catch (const Error& error) {
      survey.tokens.push_back({token, {}});
      survey.remarks.push_back(error.message());
    }
  }
  return survey;
}

}  // namespace pkcs11
