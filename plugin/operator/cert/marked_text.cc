#include "cert/marked_text.h"

#include <algorithm>

#include "help_text.h"

namespace operators {
namespace {

constexpr std::size_t kColumns = 80;

}  // namespace

std::string marked(std::string_view mark, const std::string& text) {
  std::string first = "  " + std::string(mark) + " ";
  const std::string rest(first.size(), ' ');
  const std::string wrapped = wrap(text, kColumns - first.size());
  std::string lines;
  for (std::size_t at = 0; at < wrapped.size();) {
    const std::size_t end = std::min(wrapped.find('\n', at), wrapped.size());
    lines += first + wrapped.substr(at, end - at) + "\n";
    first = rest;
    at = end + 1;
  }
  return lines;
}

}  // namespace operators
