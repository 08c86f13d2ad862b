#include "smtpscope/mime/composer.hpp"

#include <algorithm>
#include <optional>

#include "body.hpp"
#include "entity.hpp"
#include "smtpscope/mime/date.hpp"
#include "smtpscope/mime/header.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/parameter.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::mime {
namespace {

constexpr std::string_view unknown_type = "application/octet-stream";
// Offsets of parts are 32 bits wide, and base64 makes a third more.
constexpr std::size_t largest_draft_octets = 1024U * 1024U * 1024U;
constexpr std::size_t longest_message_id = 250;

// Joins header fields; the first that cannot be written is why there is no message.
class field_list {
 public:
  void add(result<std::string> field) {
    if (problem_) return;
    if (field)
      fields_ += *field;
    else
      problem_ = field.why();
  }
  void add_line(std::string_view field) { fields_ += field; }
  [[nodiscard]] const std::optional<error>& problem() const noexcept { return problem_; }
  [[nodiscard]] std::string take() { return std::move(fields_); }

 private:
  std::string fields_;
  std::optional<error> problem_;
};

// RFC 5322 §3.2.3: dot-atom-text.
bool is_dot_atom(std::string_view text) noexcept {
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos)
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return text::is_alnum(c) || std::string_view(".!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  });
}

// RFC 5322 §3.6.4: id-left "@" id-right.
bool is_message_id(std::string_view text) noexcept {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || text.size() > longest_message_id) return false;
  const std::string_view right = text.substr(at + 1);
  return is_dot_atom(text.substr(0, at)) && (is_dot_atom(right) || wire::is_domain_or_literal(right));
}

// "type/subtype" in lower case without parameters. RFC 2046 §5.2.1 and RFC 2045 §6.4 forbid base64
// for parts that hold parts, so those go as octets too.
std::string checked_media_type(std::string_view text) {
  text = text.substr(0, text.find(';'));
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.size() > 127) return std::string(unknown_type);
  const std::string type = text::to_lower(text.substr(0, slash));
  const std::string subtype = text::to_lower(text.substr(slash + 1));
  if (!text::is_token(type) || !text::is_token(subtype) || type == "multipart" || type == "message")
    return std::string(unknown_type);
  return type + "/" + subtype;
}

// A part of text, encoded as it needs.
entity text_part(std::string_view media_type, std::string_view crlf_text) {
  encoded_text encoded = encode_text(crlf_text);
  entity e;
  e.about.media_type = media_type;
  e.about.encoding = encoded.encoding;
  e.fields = "Content-Type: " + e.about.media_type +
             "; charset=utf-8\r\nContent-Transfer-Encoding: " + e.about.encoding + "\r\n";
  e.body = std::move(encoded.body);
  return e;
}

// Content-ID is for all the world (RFC 2392), so it is made from the Message-ID, of characters
// that need no escape in a cid: URL.
std::string content_id(std::string_view message_id, std::size_t number) {
  std::string out = "image" + std::to_string(number) + ".";
  for (const char c : message_id) out += text::is_alnum(c) || c == '.' || c == '@' ? c : '-';
  return out;
}

result<entity> attachment_part(const attachment& a, std::size_t number, std::string id) {
  entity e;
  e.about.media_type = checked_media_type(a.media_type);
  e.about.encoding = "base64";
  e.about.file_name = a.file_name;
  e.about.content_id = std::move(id);
  e.octets = a.bytes;
  std::vector<header_parameter> parameters;
  if (!a.file_name.empty()) parameters.push_back({"filename", a.file_name});
  field_list fields;
  fields.add(parameter_field("Content-Type", e.about.media_type));
  fields.add_line("Content-Transfer-Encoding: base64\r\n");
  fields.add(parameter_field("Content-Disposition", e.about.content_id.empty() ? "attachment" : "inline", parameters));
  if (!e.about.content_id.empty()) fields.add_line("Content-ID: <" + e.about.content_id + ">\r\n");
  if (fields.problem())
    return error{fields.problem()->code, "attachment " + std::to_string(number) + ": " + fields.problem()->detail};
  e.fields = fields.take();
  return e;
}

entity multipart(std::string_view subtype, std::vector<entity> children) {
  entity e;
  e.about.media_type = "multipart/" + std::string(subtype);
  e.about.encoding = "7bit";
  e.children = std::move(children);
  return e;
}

// Boundaries of nested parts end in different numbers of one digit, so none begins another. The
// field comes before what the part has already: the message's own fields are put before it later.
void set_boundaries(entity& e, const std::string& stem, int& number) {
  if (e.children.empty()) return;
  e.boundary = stem + "_" + std::to_string(number++);
  e.fields = "Content-Type: " + e.about.media_type + ";\r\n";
  // RFC 2387 §3.1: the type of the part that is shown.
  if (e.about.media_type == "multipart/related")
    e.fields += " type=\"" + e.children.front().about.media_type + "\";\r\n";
  e.fields += " boundary=\"" + e.boundary + "\"\r\n";
  for (entity& child : e.children) set_boundaries(child, stem, number);
}

// The text, the pictures around it, and the attachments around both.
result<entity> build_content(const draft& d) {
  const std::string plain = with_crlf(d.text);
  std::vector<picture> pictures;
  std::vector<entity> images(1);    // the first place is for the text that shows them
  std::vector<entity> attached(1);  // the first place is for what the files are attached to
  for (std::size_t i = 0; i < d.attachments.size(); ++i) {
    const attachment& a = d.attachments[i];
    const bool shown = a.place == disposition::inlined && checked_media_type(a.media_type).substr(0, 6) == "image/";
    auto part = attachment_part(a, i + 1, shown ? content_id(d.message_id, pictures.size() + 1) : "");
    if (!part) return part.why();
    if (shown) pictures.push_back({part->about.content_id, a.file_name});
    (shown ? images : attached).push_back(std::move(*part));
  }
  entity content = text_part("text/plain", plain);
  if (images.size() > 1) {
    std::vector<entity> forms;
    forms.push_back(std::move(content));
    forms.push_back(text_part("text/html", to_html(plain, pictures)));
    images.front() = multipart("alternative", std::move(forms));
    content = multipart("related", std::move(images));
  }
  if (attached.size() > 1) {
    attached.front() = std::move(content);
    content = multipart("mixed", std::move(attached));
  }
  return content;
}

// The fields that only the message itself has.
result<std::string> message_fields(const draft& d) {
  field_list fields;
  auto date = format_date(d.date_unix_seconds, d.utc_offset_minutes);
  if (!date) return date.why();
  fields.add_line("Date: " + *date + "\r\n");
  fields.add(address_field("From", {d.from}));
  if (!d.to.empty()) fields.add(address_field("To", d.to));
  if (!d.cc.empty()) fields.add(address_field("Cc", d.cc));
  // RFC 5322 §3.4: an empty group tells that the recipients are hidden on purpose.
  if (d.to.empty() && d.cc.empty()) fields.add_line("To: undisclosed-recipients:;\r\n");
  fields.add(unstructured_field("Subject", d.subject));
  fields.add_line("Message-ID: <" + d.message_id + ">\r\n");
  fields.add_line("MIME-Version: 1.0\r\n");
  if (fields.problem()) return *fields.problem();
  return fields.take();
}

status check(const draft& d) {
  if (d.to.empty() && d.cc.empty() && d.bcc.empty())
    return error{errc::invalid_argument, "To: there is no recipient; write at least one address into To, Cc or Bcc"};
  if (!is_message_id(d.message_id))
    return error{errc::invalid_header, "Message-ID: it is not of the form left@right in plain characters"};
  if (!text::is_utf8(d.text)) return error{errc::invalid_encoding, "text: it is not UTF-8"};
  std::size_t octets = d.text.size();
  for (const attachment& a : d.attachments) octets += a.bytes.size();
  if (octets > largest_draft_octets)
    return error{errc::invalid_argument, "attachments: text and attachments are larger than 1 GiB together"};
  return {};
}

envelope make_envelope(const draft& d) {
  envelope out{wire::reverse_path(d.from.address), {}};
  std::vector<const wire::mailbox*> seen;
  for (const auto* list : {&d.to, &d.cc, &d.bcc}) {
    for (const named_mailbox& m : *list) {
      const bool known =
          std::any_of(seen.begin(), seen.end(), [&](const wire::mailbox* other) { return other->same_as(m.address); });
      if (known) continue;
      seen.push_back(&m.address);
      out.forward_paths.emplace_back(m.address);
    }
  }
  return out;
}

}  // namespace

result<composed> compose(const draft& d) {
  if (status ok = check(d); !ok) return ok.why();
  auto fields = message_fields(d);
  if (!fields) return fields.why();
  auto content = build_content(d);
  if (!content) return content.why();
  int number = 1;
  set_boundaries(*content, free_boundary(*content, d.boundary_seed), number);
  content->fields.insert(0, *fields);
  composed out = write_entity(*content);
  out.addressing = make_envelope(d);
  return out;
}

}  // namespace smtpscope::mime
