#include "locator.h"

#include "finder.h"
#include "login.h"
#include "not_found.h"
#include "pkcs11/pin_state.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

void check_names_key(const Module& module, const Uri& wanted) {
  const std::string what = "cannot find key " + format_uri(wanted) + ": ";
  if (!wanted.names_object())
    throw module.error(ErrorKind::invalid_uri, Phase::find, what + "the URI names no key",
                       "add object=LABEL or id=%HH to the URI");
  if (wanted.type == ObjectType::secret_key || wanted.type == ObjectType::data)
    throw module.error(ErrorKind::invalid_uri, Phase::find, what + "the URI's type is not that of a key pair",
                       "leave type out of the URI");
}

std::vector<TokenState> fitting_tokens(const Module& module, const Uri& wanted, std::vector<std::string>& remarks) {
  const SlotList slots = read_slots(module);
  std::vector<TokenState> tokens;
  for (const TokenState& token : slots.tokens) {
    if (token.initialised && matches(wanted, token, module.quirks())) tokens.push_back(token);
  }
  if (tokens.empty() && slots.tokens.empty() && !slots.failures.empty()) throw slots.failures.front();
  if (tokens.empty()) throw no_token_error(module, wanted, slots);
  remarks = slots.remarks;
  return tokens;
}

struct Searched {
  std::size_t token;
  Session session;
};

// What the tokens show of the key. One token that fails is a remark when another one shows the key.
class PublicSearch {
 public:
  PublicSearch(const Module& module, const Uri& wanted, const std::vector<TokenState>& tokens)
      : module_(module), wanted_(wanted), tokens_(tokens) {}

  void run() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      try {
        Session session = Session::open(module_, tokens_[i], Access::read);
        add_matches(i, session);
        searched_.push_back({i, std::move(session)});
      } catch (const Error& error) {
        if (tokens_.size() == 1) throw;
        failures_.push_back(error);
      }
    }
    if (found_.empty() && !failures_.empty()) throw failures_.front();
  }

  void add_matches(std::size_t token, const Session& session) {
    for (KeyGroup& group : group_objects(find_objects(module_, session.handle(), wanted_))) {
      Uri uri = view_of(group, uri_of(tokens_[token], module_.quirks())).uri;
      found_.push_back({token, std::move(uri), std::move(group)});
    }
  }

  std::vector<Match> take_found() { return std::move(found_); }
  const std::vector<Error>& failures() const { return failures_; }
  bool found() const { return !found_.empty(); }

  Session take_session(std::size_t token) {
    for (Searched& searched : searched_) {
      if (searched.token == token) return std::move(searched.session);
    }
    throw Error(ErrorKind::internal, Phase::find, "no session on the token that was searched");
  }

 private:
  const Module& module_;
  const Uri& wanted_;
  const std::vector<TokenState>& tokens_;
  std::vector<Match> found_;
  std::vector<Searched> searched_;
  std::vector<Error> failures_;
};

[[noreturn]] void refuse_several_tokens(const Module& module, const Uri& wanted,
                                        const std::vector<TokenState>& tokens) {
  std::string list;
  for (const TokenState& token : tokens) {
    Uri uri = uri_of(token, module.quirks());
    uri.object = wanted.object;
    uri.id = wanted.id;
    list += "\n  " + format_uri(uri);
  }
  throw module.error(ErrorKind::ambiguous_key, Phase::find,
                     "cannot find " + std::string(wanted.names_object() ? "key " : "token ") + format_uri(wanted) +
                         ": " + std::to_string(tokens.size()) + " tokens match" +
                         (wanted.names_object() ? " and none shows the key without a login" : ""),
                     "name the token, by label or serial number:" + list);
}

Located chosen(const Module& module, PublicSearch& search, const std::vector<TokenState>& tokens, const Uri& wanted,
               const std::optional<PublicKey>& expected, std::vector<std::string> remarks) {
  for (const Error& failure : search.failures())
    remarks.push_back(failure.message());
  Selection selection = without_copies(search.take_found());
  Match match = only_match(module, std::move(selection.matches), expected, wanted);
  if (!match.group.key && !match.group.front().key_problem.empty())
    remarks.push_back("the public key of " + format_uri(match.uri) +
                      " cannot be used: " + match.group.front().key_problem);
  for (std::string& remark : selection.remarks)
    remarks.push_back(std::move(remark));
  std::erase_if(selection.copies, [&](const Match& copy) { return !same_key(copy.group, match.group); });
  const std::size_t token = match.token;
  return {wanted,
          tokens[token],
          search.take_session(token),
          std::move(match),
          std::move(selection.copies),
          std::move(remarks),
          false,
          {}};
}

}  // namespace

Located locate(const Module& module, const Uri& wanted, const std::optional<PublicKey>& expected, const Login* login) {
  check_names_key(module, wanted);
  std::vector<std::string> remarks;
  std::vector<TokenState> tokens = fitting_tokens(module, wanted, remarks);
  PublicSearch search(module, wanted, tokens);
  search.run();
  if (search.found()) return chosen(module, search, tokens, wanted, expected, std::move(remarks));
  if (tokens.size() > 1) refuse_several_tokens(module, wanted, tokens);

  TokenState& token = tokens.front();
  Session session = search.take_session(0);
  if (!needs_login(token, module.quirks())) throw no_key_error(module, session, token, wanted, Missing::key);
  if (login == nullptr) return {wanted, token, std::move(session), std::nullopt, {}, std::move(remarks), false, {}};
  log_in(module, session, token, *login);
  search.add_matches(0, session);
  if (!search.found()) throw no_key_error(module, session, token, wanted, Missing::key);
  Selection selection = without_copies(search.take_found());
  Match match = only_match(module, std::move(selection.matches), expected, wanted);
  return {wanted, token, std::move(session), std::move(match), {}, std::move(remarks), true, {}};
}

TokenState find_token(const Module& module, const Uri& wanted) {
  std::vector<std::string> remarks;
  std::vector<TokenState> tokens = fitting_tokens(module, wanted, remarks);
  if (tokens.size() > 1) refuse_several_tokens(module, wanted, tokens);
  return tokens.front();
}

}  // namespace pkcs11
