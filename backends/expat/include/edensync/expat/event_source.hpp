#pragma once

#include <expat.h>
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"

namespace edensync::expat {

/// Turns bytes into XML events with libexpat; models `xml_event_source`.
///
/// Names are given as they are written, prefixes included. The encoding is the document's own (UTF-8, UTF-16,
/// ISO-8859-1, US-ASCII); the handler always gets UTF-8. After a failure every call gives the same failure again.
/// Errors: malformed_document with line and column; document_type_refused; limit_exceeded, also when memory runs out;
/// what the handler throws as `failure_exception`; any other exception of the handler as store_failed with its words.
/// Lifetime: the handler must outlive it. Thread safety: one thread at a time.
class event_source {
 public:
  explicit event_source(xml_handler& handler, const xml_limits& limits = {})
      : handler_(&handler), limits_(limits), parser_(XML_ParserCreate(nullptr)) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &on_start, &on_end);
    XML_SetCharacterDataHandler(parser_.get(), &on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &on_doctype);
#if defined(XML_DTD) || (defined(XML_GE) && XML_GE == 1)
    // A second fence: without a document type there are no entities to expand.
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(parser_.get(), 2.0F);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(parser_.get(), 1ULL << 20);
#endif
  }

  event_source(const event_source&) = delete;
  event_source& operator=(const event_source&) = delete;

  /// Reads the next piece. Precondition: not after `finish`.
  result<void> feed(std::string_view piece) {
    assert(!finished_);
    while (!failed_ && !piece.empty()) {
      const auto part = piece.substr(0, step);
      piece.remove_prefix(part.size());
      // expat reads an incomplete token from its start each time; waiting until it has doubled keeps that linear.
      if (quiet_ + held_.size() > patience && held_.size() + part.size() < quiet_) {
        held_.append(part);
      } else if (held_.empty()) {
        parse(part, false);
      } else {
        held_.append(part);
        parse(held_, false);
        held_.clear();
      }
    }
    return outcome();
  }

  /// Says that there is no more. Errors: also if the document is not complete.
  result<void> finish() {
    if (!failed_) parse(held_, true);
    finished_ = true;
    return outcome();
  }

 private:
  static constexpr std::size_t step = std::size_t{1} << 20;
  static constexpr std::size_t patience = std::size_t{64} << 10;

  struct free_parser {
    void operator()(XML_Parser p) const noexcept { XML_ParserFree(p); }
  };

  static event_source& self(void* user) { return *static_cast<event_source*>(user); }

  static void XMLCALL on_start(void* user, const XML_Char* name, const XML_Char** attributes) {
    self(user).guarded([&](event_source& s) { s.start(name, attributes); });
  }

  static void XMLCALL on_end(void* user, const XML_Char* name) {
    self(user).guarded([&](event_source& s) {
      s.text_ = 0;
      --s.depth_;
      s.handler_->end(name);
    });
  }

  static void XMLCALL on_text(void* user, const XML_Char* text, int size) {
    self(user).guarded([&](event_source& s) {
      const auto n = static_cast<std::size_t>(size);
      if ((s.text_ += n) > s.limits_.text) return s.refuse("a text is too long");
      s.handler_->text({text, n});
    });
  }

  static void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    self(user).guarded([](event_source& s) { s.stop(make_failure(error::document_type_refused, s.place())); });
  }

  /// Runs the body of a callback: nothing that it throws gets into the C library.
  template <class Body>
  void guarded(Body body) noexcept {
    if (failed_) return;
    quiet_ = 0;
    try {
      body(*this);
    } catch (const failure_exception& e) {
      stop(e.why());
    } catch (const std::bad_alloc&) {
      stop(make_failure(error::limit_exceeded, "out of memory"));
    } catch (const std::exception& e) {
      stop(make_failure(error::store_failed, e.what()));
    } catch (...) {
      stop(make_failure(error::store_failed, "for a reason that it does not tell"));
    }
  }

  void start(const XML_Char* name, const XML_Char** attributes) {
    text_ = 0;
    if (++depth_ > limits_.depth) return refuse("elements are nested too deeply");
    attributes_.clear();
    for (; *attributes != nullptr; attributes += 2) {
      if (attributes_.size() == limits_.attributes) return refuse("an element has too many attributes");
      attributes_.push_back({attributes[0], attributes[1]});
      if (attributes_.back().value.size() > limits_.text) return refuse("an attribute is too long");
    }
    handler_->start(name, attributes_);
  }

  void parse(std::string_view piece, bool last) {
    quiet_ += piece.size();
    const auto status = XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()), last ? 1 : 0);
    if (failed_) return;
    if (status != XML_STATUS_OK) return stop(parser_failure());
    // Markup without any event, such as one endless attribute or comment, is kept by expat until it is complete.
    if (quiet_ > limits_.text + step) refuse("a piece of markup is too long");
  }

  failure parser_failure() {
    const auto code = XML_GetErrorCode(parser_.get());
    const auto what = code == XML_ERROR_NO_MEMORY || code == XML_ERROR_AMPLIFICATION_LIMIT_BREACH
                          ? error::limit_exceeded
                          : error::malformed_document;
    return make_failure(what, std::string(XML_ErrorString(code)) + " " + place());
  }

  std::string place() const {
    return "at line " + std::to_string(XML_GetCurrentLineNumber(parser_.get())) + ", column " +
           std::to_string(XML_GetCurrentColumnNumber(parser_.get()) + 1);
  }

  void refuse(const char* what) { stop(make_failure(error::limit_exceeded, std::string(what) + " " + place())); }

  void stop(failure why) {
    failed_ = std::move(why);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  result<void> outcome() const {
    if (failed_) return *failed_;
    return {};
  }

  xml_handler* handler_;
  xml_limits limits_;
  std::unique_ptr<XML_ParserStruct, free_parser> parser_;
  std::vector<xml_attribute> attributes_;
  std::optional<failure> failed_;
  std::string held_;
  /// Bytes given to expat since it last called back; those of the present text; elements open.
  std::size_t quiet_ = 0;
  std::size_t text_ = 0;
  std::size_t depth_ = 0;
  bool finished_ = false;
};

}  // namespace edensync::expat
