#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <string>
#include <type_traits>

namespace edensync {

/// Why an operation could not be done. A record that could not be taken is not an error but an `outcome`.
///
/// Thread safety: values. Source: design, "Errors".
enum class error {
  /// The peer could not be reached, or the connection broke before the exchange was complete.
  unreachable = 1,
  /// The peer did not answer, or did not go on, within the time allowed.
  timed_out,
  /// The peer answered with fewer or more bytes than it announced, or with a broken encoding.
  broken_transfer,
  /// The peer refused the credentials (401), or forbade the request (403).
  not_authorised,
  /// This site is not registered at the peer, or pushes are not accepted there.
  not_registered,
  /// The peer answered with a status that says the request was wrong (4xx), or a failure under status 200.
  refused,
  /// The peer failed to handle the request (5xx).
  peer_failed,
  /// The answer is not what the protocol prescribes, for instance an HTML page instead of S3XML.
  unexpected_answer,
  /// The document is not well-formed, is truncated, or its encoding is wrong.
  malformed_document,
  /// The document holds a document type declaration, which is never accepted.
  document_type_refused,
  /// The document goes beyond a limit of depth, attributes or text.
  limit_exceeded,
  /// The resource is not in the schema.
  unknown_resource,
  /// The field is not in the resource.
  unknown_field,
  /// A schema contradicts itself or its description cannot be read.
  bad_schema,
  /// A JSON text cannot be read, or is not of the shape expected.
  bad_json,
  /// A filter cannot be read or names a field that does not exist.
  bad_filter,
  /// The request cannot be understood.
  bad_request,
  /// The database is in use by somebody else for longer than the time allowed.
  store_locked,
  /// There is no space left for what is stored.
  store_full,
  /// The file is not a database of this kind, or it is damaged.
  store_damaged,
  /// The store failed for another reason, which the diagnostics tell.
  store_failed,
  /// The record does not exist, or not any more.
  no_such_record,
  /// The record was refused by the store or by the schema.
  record_refused,
  /// The repository is being synchronised by another run.
  busy,
  /// The run was cancelled.
  cancelled,
  /// The repository or task is not configured well enough to be run.
  not_configured,
  /// What an administrator asks for cannot be set up.
  bad_setting,
  /// An administrator names a repository, task, account or site that is not there.
  no_such_entry,
  /// The peer could be reached, but not securely: its certificate is not to be trusted, or it speaks no TLS.
  not_secure,
  /// The proxy refused its credentials, or to connect to the peer.
  proxy_refused,
};

/// What can be done about a failure; the scheduler looks only at these.
///
/// Compare with `==` to the error code of a failure.
enum class condition {
  /// The same request may well succeed later.
  retry_later = 1,
  /// The peer understood and said no.
  peer_refused,
  /// The document itself is at fault: the same bytes will fail again.
  bad_document,
  /// Somebody has to change something first.
  needs_person,
};

/// The category of `error`; its name is "edensync".
inline const boost::system::error_category& error_category();

/// The category of `condition`.
inline const boost::system::error_category& condition_category();

inline boost::system::error_code make_error_code(error e) { return {static_cast<int>(e), error_category()}; }

inline boost::system::error_condition make_error_condition(condition c) {
  return {static_cast<int>(c), condition_category()};
}

}  // namespace edensync

template <>
struct boost::system::is_error_code_enum<edensync::error> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<edensync::condition> : std::true_type {};

namespace edensync::detail {

class error_category_type final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "edensync"; }

  std::string message(int code) const override {
    switch (static_cast<error>(code)) {
      case error::unreachable: return "the peer cannot be reached";
      case error::timed_out: return "the peer did not answer in time";
      case error::broken_transfer: return "the transfer broke off or its length is wrong";
      case error::not_authorised: return "the peer refused the credentials or forbids the request";
      case error::not_registered: return "this site is not registered at the peer, or pushes are not accepted";
      case error::refused: return "the peer refused the request";
      case error::peer_failed: return "the peer failed to handle the request";
      case error::unexpected_answer: return "the peer's answer is not what the protocol prescribes";
      case error::malformed_document: return "the document is not well-formed";
      case error::document_type_refused: return "the document holds a document type declaration";
      case error::limit_exceeded: return "the document goes beyond a limit";
      case error::unknown_resource: return "the resource is not in the schema";
      case error::unknown_field: return "the field is not in the resource";
      case error::bad_schema: return "the schema cannot be read or contradicts itself";
      case error::bad_json: return "the JSON text cannot be read";
      case error::bad_filter: return "the filter cannot be read";
      case error::bad_request: return "the request cannot be understood";
      case error::store_locked: return "the database is in use by somebody else";
      case error::store_full: return "there is no space left to store it";
      case error::store_damaged: return "the file is not a database, or it is damaged";
      case error::store_failed: return "what is stored here cannot be read or written";
      case error::no_such_record: return "the record does not exist";
      case error::record_refused: return "the record was refused";
      case error::busy: return "the repository is being synchronised by another run";
      case error::cancelled: return "the run was cancelled";
      case error::not_configured: return "the repository is not configured well enough";
      case error::bad_setting: return "that cannot be set up";
      case error::no_such_entry: return "there is no such thing here";
      case error::not_secure: return "there is no secure connection to the peer";
      case error::proxy_refused: return "the proxy refused";
    }
    return "unknown error";
  }

  bool equivalent(int code, const boost::system::error_condition& what) const noexcept override {
    if (what.category() != condition_category()) return error_category::default_error_condition(code) == what;
    return what.value() == static_cast<int>(condition_of(static_cast<error>(code)));
  }

 private:
  static condition condition_of(error e) noexcept {
    switch (e) {
      case error::unreachable:
      case error::timed_out:
      case error::broken_transfer:
      case error::peer_failed:
      case error::store_locked:
      case error::store_full:
      case error::busy:
      case error::cancelled: return condition::retry_later;
      case error::not_authorised:
      case error::not_registered:
      case error::refused:
      case error::record_refused: return condition::peer_refused;
      case error::malformed_document:
      case error::document_type_refused:
      case error::limit_exceeded:
      case error::unexpected_answer:
      case error::bad_json: return condition::bad_document;
      default: return condition::needs_person;
    }
  }
};

class condition_category_type final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "edensync.condition"; }

  std::string message(int code) const override {
    switch (static_cast<condition>(code)) {
      case condition::retry_later: return "may succeed later";
      case condition::peer_refused: return "the peer refused";
      case condition::bad_document: return "the document is at fault";
      case condition::needs_person: return "somebody has to change something first";
    }
    return "unknown condition";
  }
};

}  // namespace edensync::detail

namespace edensync {

inline const boost::system::error_category& error_category() {
  static const detail::error_category_type instance;
  return instance;
}

inline const boost::system::error_category& condition_category() {
  static const detail::condition_category_type instance;
  return instance;
}

}  // namespace edensync
