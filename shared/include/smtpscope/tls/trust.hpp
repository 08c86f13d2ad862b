#pragma once
// Whom a client believes: certificates of authorities, read once and shared by any number of engines.

#include <cstddef>
#include <memory>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::tls {

struct certificate_store;  // OpenSSL's, see context.hpp

// Immutable and cheap to copy: copies share their certificates.
class trust {
 public:
  // Trusts nobody: every certificate is refused.
  trust();

  // The certificates of a PEM text, any number of them with any text between. A certificate that
  // stands there twice counts once.
  // Error: invalid_argument; the text says which certificate is damaged, or that there is none.
  [[nodiscard]] static result<trust> from_pem(std::string_view pem);
  // These and those of another text. Error: as from_pem.
  [[nodiscard]] result<trust> with(std::string_view pem) const;

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] const certificate_store& store() const noexcept { return *store_; }

 private:
  explicit trust(std::shared_ptr<const certificate_store> store) : store_(std::move(store)) {}

  std::shared_ptr<const certificate_store> store_;  // never null
};

}  // namespace smtpscope::tls
