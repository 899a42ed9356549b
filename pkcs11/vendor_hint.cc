#include "vendor_hint.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace pkcs11 {
namespace {

struct Vendor {
  std::string_view part_of_name;  // lower case
  std::string_view hint;
};

constexpr std::array kVendors{
    Vendor{"softhsm",
           "SoftHSM reads the file that SOFTHSM2_CONF names, else /etc/softhsm/softhsm2.conf; this user must be "
           "able to read it, and the token folder that it names must exist"},
    Vendor{"softokn",
           "NSS needs an init string (init_args): configdir='sql:/path' certPrefix='' keyPrefix='' "
           "secmod='secmod.db'; from 3.95 on the variable NSS_LIB_PARAMS does as well"},
    Vendor{"opencryptoki", "opencryptoki needs its daemon pkcsslotd running and this user in the group pkcs11"},
    Vendor{"tpm2_pkcs11",
           "tpm2-pkcs11 reads TPM2_PKCS11_STORE and TPM2_PKCS11_TCTI; this user must reach the TPM (group tss)"},
    Vendor{"kryoptic", "kryoptic reads the file that KRYOPTIC_CONF names"},
    Vendor{"cryptoki2", "the Luna client reads Chrystoki.conf from the folder that ChrystokiConfigurationPath names"},
    Vendor{"cknfast", "nShield needs its hardserver running; CKNFAST_DEBUG turns on the library's own log"},
    Vendor{"cs_pkcs11_r3", "the Utimaco library reads the file that CS_PKCS11_R3_CFG names"},
    Vendor{"cs_pkcs11_r2", "the Utimaco library reads the file that CS_PKCS11_R2_CFG names"},
    Vendor{"cloudhsm", "run the vendor's tool configure-pkcs11 first, so that the library knows the cluster"},
    Vendor{"yubihsm",
           "the YubiHSM library reads the file that YUBIHSM_PKCS11_CONF names; its connector must be running"},
    Vendor{"nethsm", "the NetHSM library reads the file that P11NETHSM_CONFIG_FILE names"},
    Vendor{"kmsp11", "the Google KMS library reads the file that KMS_PKCS11_CONFIG names, writable by its owner alone"},
    Vendor{"aws_kms", "the AWS KMS library takes its account and region from the AWS_ variables"},
    Vendor{"opensc", "the smart card service pcscd must be running"},
    Vendor{"ykcs11", "the smart card service pcscd must be running"},
};

}  // namespace

std::string vendor_hint(std::string_view module_path) {
  std::string name(module_path.substr(module_path.rfind('/') + 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  for (const Vendor& vendor : kVendors) {
    if (name.find(vendor.part_of_name) != std::string::npos) return std::string(vendor.hint);
  }
  return {};
}

}  // namespace pkcs11
