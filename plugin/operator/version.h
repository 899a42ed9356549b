#pragma once

namespace operators {

void show_version(bool json);

}  // namespace operators
