#include "smtpscope/tls/trust.hpp"

#include "smtpscope/tls/context.hpp"

namespace smtpscope::tls {
namespace {

store_ptr copy_of(const certificate_store& store) {
  store_ptr copy(X509_STORE_new());
  STACK_OF(X509)* all = X509_STORE_get1_all_certs(store.of.get());
  for (int i = 0; i < sk_X509_num(all); ++i) X509_STORE_add_cert(copy.get(), sk_X509_value(all, i));
  sk_X509_pop_free(all, X509_free);
  return copy;
}

}  // namespace

trust::trust() : store_(std::make_shared<const certificate_store>(certificate_store{store_ptr(X509_STORE_new())})) {}

result<trust> trust::from_pem(std::string_view pem) { return trust().with(pem); }

result<trust> trust::with(std::string_view pem) const {
  store_ptr store = copy_of(*store_);
  if (status added = add_certificates(*store, pem); !added) return added.why();
  return trust(std::make_shared<const certificate_store>(certificate_store{std::move(store)}));
}

std::size_t trust::size() const noexcept {
  return static_cast<std::size_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(store_->of.get())));
}

}  // namespace smtpscope::tls
