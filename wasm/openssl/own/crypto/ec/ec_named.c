/* ec_curve.c is compiled with the curves of FIPS_MODULE alone, which leaves out this one function. */
#include <openssl/ec.h>

EC_GROUP* EC_GROUP_new_by_curve_name(int nid) { return EC_GROUP_new_by_curve_name_ex(NULL, NULL, nid); }
