set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

add_compile_options(-Wall -Wextra -Wconversion -Wshadow -fstack-protector-strong)
if(NOTATION_PKCS11_WERROR)
  add_compile_options(-Werror)
endif()

# Bound at start in every build: lazy binding would leave register contents, a PIN among them, on the stack.
add_link_options(-Wl,-z,relro,-z,now)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overread)  # false alarms on std::string, GCC 12
  endif()
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -ffunction-sections -fdata-sections)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
    add_compile_options(-fcf-protection=full)
  endif()
  add_link_options(-Wl,-z,noexecstack -Wl,--gc-sections,--as-needed,--exclude-libs,ALL)
endif()

# What GCC 12 says of lifetimes and sizes after it has put the sanitizers' code in is about that code, not ours.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-restrict)
endif()

if(NOTATION_PKCS11_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
