#include "platform/p11_kit_modules.h"

#include <string>

#include "catch.h"
#include "temporary_folder.h"

using platform::find_p11_kit_modules;
using platform::P11KitFolders;
using platform::P11KitModules;
using platform::parse_p11_kit_file;

namespace {

struct Place {
  TemporaryFolder root;
  P11KitFolders folders{root.make_folder("user"), root.make_folder("etc"), root.make_folder("usr"), "/lib/pkcs11"};

  void write(const std::string& file, const std::string& text) const { root.write(file, text, 0644); }

  // Paths, in order, each followed by a blank.
  std::string found() const {
    std::string paths;
    for (const platform::P11KitModule& module : find_p11_kit_modules(folders).modules)
      paths += module.path + " ";
    return paths;
  }
};

}  // namespace

TEST_CASE("a registered module has a name and a path, relative ones from p11-kit's folder") {
  const Place place;
  place.write("usr/softhsm2.module", "# SoftHSM\n\n module :  /usr/lib/softhsm/libsofthsm2.so \r\n");
  place.write("usr/opensc-pkcs11.module", "module: opensc-pkcs11.so\ncritical: no\nunknown: value\n");
  const P11KitModules found = find_p11_kit_modules(place.folders);
  REQUIRE(found.modules.size() == 2);
  CHECK(found.modules[0].name == "opensc-pkcs11");
  CHECK(found.modules[0].path == "/lib/pkcs11/opensc-pkcs11.so");
  CHECK(found.modules[1].name == "softhsm2");
  CHECK(found.modules[1].path == "/usr/lib/softhsm/libsofthsm2.so");
  CHECK(found.remarks.empty());
}

TEST_CASE("the user's file counts before the administrator's and the package's, key by key") {
  const Place place;
  place.write("usr/a.module", "module: package.so\npriority: 5\n");
  place.write("etc/a.module", "module: administrator.so\n");
  place.write("user/a.module", "module: user.so\n");
  place.write("usr/b.module", "module: b.so\npriority: 1\n");
  place.write("etc/b.module", "priority: 9\n");
  CHECK(place.found() == "/lib/pkcs11/b.so /lib/pkcs11/user.so ");
  P11KitFolders without_user = place.folders;
  without_user.user.clear();
  CHECK(find_p11_kit_modules(without_user).modules.back().path == "/lib/pkcs11/administrator.so");
}

TEST_CASE("modules of other programs are left out") {
  const Place place;
  place.write("usr/a.module", "module: a.so\nenable-in: firefox, notation-pkcs11\n");
  place.write("usr/b.module", "module: b.so\nenable-in: firefox notation-pkcs11x\n");
  place.write("usr/c.module", "module: c.so\ndisable-in: p11-kit-proxy\n");
  place.write("usr/d.module", "module: d.so\ndisable-in: p11-kit-proxy,notation-pkcs11\n");
  CHECK(place.found() == "/lib/pkcs11/a.so /lib/pkcs11/c.so ");
}

TEST_CASE("what names no library is left out, and what cannot be read is a remark") {
  const Place place;
  place.write("usr/a.module", "remote: |ssh host p11-kit remote\n");
  place.write("usr/b.module", "module:\n");
  place.write("usr/c.module", "module c.so\n[section]\n");
  place.write("usr/d.conf", "module: d.so\n");
  place.write("usr/.module", "module: e.so\n");
  place.write("usr/a b.module", "module: f.so\n");
  place.write("usr/long.module", std::string(platform::kLongestModuleFile + 1, '#'));
  place.root.make_folder("usr/folder.module");
  const P11KitModules found = find_p11_kit_modules(place.folders);
  CHECK(found.modules.empty());
  REQUIRE(found.remarks.size() == 2);
  CHECK(found.remarks[0].find("folder.module: it is a folder") != std::string::npos);
  CHECK(found.remarks[1].find("long.module: it is longer than") != std::string::npos);
}

TEST_CASE("higher priorities come first, a path comes once") {
  const Place place;
  place.write("usr/a.module", "module: a.so\n");
  place.write("usr/b.module", "module: b.so\npriority: 2\n");
  place.write("usr/c.module", "module: c.so\npriority: -1\n");
  place.write("usr/d.module", "module: /lib/pkcs11/b.so\n");
  place.write("usr/e.module", "module: e.so\npriority: high\n");
  CHECK(place.found() == "/lib/pkcs11/b.so /lib/pkcs11/a.so /lib/pkcs11/e.so /lib/pkcs11/c.so ");
}

TEST_CASE("folders that are missing hold no module") {
  CHECK(find_p11_kit_modules({"/no/such/folder", "", "/dev/null", ""}).modules.empty());
  CHECK(find_p11_kit_modules({"/no/such/folder", "", "/dev/null", ""}).remarks.empty());
}

TEST_CASE("the trusted certificates of the system are marked") {
  const Place place;
  place.write("usr/trust.module", "module: p11-kit-trust.so\ntrust-policy: yes\n");
  CHECK(find_p11_kit_modules(place.folders).modules.at(0).trust_policy);
}

TEST_CASE("a module file is read line by line and forgives what it does not know") {
  CHECK(parse_p11_kit_file("a: 1\nb:2 : 3\na:4\n:5\nc\n#d: 6").size() == 2);
  CHECK(parse_p11_kit_file("a: 1\nb:2 : 3\na:4").at("b") == "2 : 3");
  CHECK(parse_p11_kit_file("a: 1\na:4").at("a") == "4");
  CHECK(parse_p11_kit_file(std::string("a: 1\0\nb: 2", 9)).size() == 1);
  CHECK(parse_p11_kit_file("").empty());
}
