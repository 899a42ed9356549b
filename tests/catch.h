#pragma once

// Catch2 is version 2 in Debian 12 and version 3 in Debian 13; tests include this file and nothing of Catch2 itself.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_templated.hpp>
#define TESTS_CATCH_VERSION 3
#else
#include <catch2/catch.hpp>
#define TESTS_CATCH_VERSION 2
#endif
