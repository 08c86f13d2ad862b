/* Stands for OpenSSL's: the extensions that verifying a certificate, or showing its names, has to read (RFC 5280
   §4.2.1). Here they are only read: OpenSSL's own entries can also print them, and make them out of a configuration,
   which would bring all of that along. In the order of their numbers, in which they are searched. */
static const X509V3_EXT_METHOD read_skey_id = { NID_subject_key_identifier, 0, ASN1_ITEM_ref(ASN1_OCTET_STRING) };
static const X509V3_EXT_METHOD read_key_usage = { NID_key_usage, 0, ASN1_ITEM_ref(ASN1_BIT_STRING) };
static const X509V3_EXT_METHOD read_subject_names = { NID_subject_alt_name, 0, ASN1_ITEM_ref(GENERAL_NAMES) };
static const X509V3_EXT_METHOD read_issuer_names = { NID_issuer_alt_name, 0, ASN1_ITEM_ref(GENERAL_NAMES) };
static const X509V3_EXT_METHOD read_bcons = { NID_basic_constraints, 0, ASN1_ITEM_ref(BASIC_CONSTRAINTS) };
static const X509V3_EXT_METHOD read_cpols = { NID_certificate_policies, 0, ASN1_ITEM_ref(CERTIFICATEPOLICIES) };
static const X509V3_EXT_METHOD read_akey_id = { NID_authority_key_identifier, 0, ASN1_ITEM_ref(AUTHORITY_KEYID) };
static const X509V3_EXT_METHOD read_crld = { NID_crl_distribution_points, 0, ASN1_ITEM_ref(CRL_DIST_POINTS) };
static const X509V3_EXT_METHOD read_ext_ku = { NID_ext_key_usage, 0, ASN1_ITEM_ref(EXTENDED_KEY_USAGE) };
static const X509V3_EXT_METHOD read_info = { NID_info_access, 0, ASN1_ITEM_ref(AUTHORITY_INFO_ACCESS) };
static const X509V3_EXT_METHOD read_pcons = { NID_policy_constraints, 0, ASN1_ITEM_ref(POLICY_CONSTRAINTS) };
static const X509V3_EXT_METHOD read_ncons = { NID_name_constraints, 0, ASN1_ITEM_ref(NAME_CONSTRAINTS) };
static const X509V3_EXT_METHOD read_pmaps = { NID_policy_mappings, 0, ASN1_ITEM_ref(POLICY_MAPPINGS) };
static const X509V3_EXT_METHOD read_inhibit_anyp = { NID_inhibit_any_policy, 0, ASN1_ITEM_ref(ASN1_INTEGER) };

static const X509V3_EXT_METHOD* standard_exts[] = {
    &read_skey_id,        /* 82 */
    &read_key_usage,      /* 83 */
    &read_subject_names,  /* 85 */
    &read_issuer_names,   /* 86 */
    &read_bcons,          /* 87 */
    &read_cpols,          /* 89 */
    &read_akey_id,        /* 90 */
    &read_crld,           /* 103 */
    &read_ext_ku,         /* 126 */
    &read_info,           /* 177 */
    &read_pcons,          /* 401 */
    &read_ncons,          /* 666 */
    &read_pmaps,          /* 747 */
    &read_inhibit_anyp,   /* 748 */
};

#define STANDARD_EXTENSION_COUNT OSSL_NELEM(standard_exts)
