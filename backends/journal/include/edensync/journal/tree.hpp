#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace edensync::journal {

/// An ordered map that costs nothing to copy: a copy shares everything with the original until one of them is changed,
/// and then only what lies on the way from the root to the change is made anew. So a state of the store is kept by keeping
/// a copy of it.
///
/// Lifetime: entries live as long as any tree that holds them. Thread safety: each copy by itself, as with `std::map`.
/// Source: AVL trees (Adelson-Velsky and Landis, 1962), changed by copying the path.
template <class Key, class Value>
class tree {
 public:
  using entry = std::pair<const Key, Value>;

  /// What stands under a key; null if nothing does.
  const Value* find(const Key& key) const {
    const entry* e = from(key);
    return e == nullptr || key < e->first ? nullptr : &e->second;
  }

  /// The first entry with this key or a higher one; null if there is none.
  const entry* from(const Key& key) const {
    return least([&](const Key& k) { return !(k < key); });
  }

  /// The first entry with a higher key.
  const entry* after(const Key& key) const {
    return least([&](const Key& k) { return key < k; });
  }

  const entry* first() const {
    return least([](const Key&) { return true; });
  }

  /// The last entry with a lower key.
  const entry* before(const Key& key) const {
    return greatest([&](const Key& k) { return k < key; });
  }

  const entry* last() const {
    return greatest([](const Key&) { return true; });
  }

  /// Puts a value under a key, in place of what stood there.
  void put(const Key& key, Value v) { root_ = put(root_, std::make_shared<const entry>(key, std::move(v))); }

  void erase(const Key& key) {
    if (find(key) != nullptr) root_ = erase(root_, key);
  }

 private:
  struct node;
  using link = std::shared_ptr<const node>;
  using item = std::shared_ptr<const entry>;
  struct node {
    item own;
    link left, right;
    int height;
  };

  template <class Reached>
  const entry* least(Reached reached) const {
    const entry* best = nullptr;
    for (const node* n = root_.get(); n != nullptr;) {
      const bool here = reached(n->own->first);
      if (here) best = n->own.get();
      n = here ? n->left.get() : n->right.get();
    }
    return best;
  }
  template <class Reached>
  const entry* greatest(Reached reached) const {
    const entry* best = nullptr;
    for (const node* n = root_.get(); n != nullptr;) {
      const bool here = reached(n->own->first);
      if (here) best = n->own.get();
      n = here ? n->right.get() : n->left.get();
    }
    return best;
  }

  static int height(const link& n) { return n ? n->height : 0; }
  static link make(link left, item own, link right) {
    const int h = std::max(height(left), height(right)) + 1;
    return std::make_shared<const node>(node{std::move(own), std::move(left), std::move(right), h});
  }

  // Both sides are balanced, and their heights differ by two at most.
  static link balance(const link& left, const item& own, const link& right) {
    if (height(left) > height(right) + 1) {
      const link& inner = left->right;
      if (height(left->left) >= height(inner)) return make(left->left, left->own, make(inner, own, right));
      return make(make(left->left, left->own, inner->left), inner->own, make(inner->right, own, right));
    }
    if (height(right) > height(left) + 1) {
      const link& inner = right->left;
      if (height(right->right) >= height(inner)) return make(make(left, own, inner), right->own, right->right);
      return make(make(left, own, inner->left), inner->own, make(inner->right, right->own, right->right));
    }
    return make(left, own, right);
  }

  static link put(const link& n, const item& fresh) {
    if (!n) return make({}, fresh, {});
    if (fresh->first < n->own->first) return balance(put(n->left, fresh), n->own, n->right);
    if (n->own->first < fresh->first) return balance(n->left, n->own, put(n->right, fresh));
    return make(n->left, fresh, n->right);
  }

  static link erase(const link& n, const Key& key) {
    if (key < n->own->first) return balance(erase(n->left, key), n->own, n->right);
    if (n->own->first < key) return balance(n->left, n->own, erase(n->right, key));
    if (!n->left) return n->right;
    if (!n->right) return n->left;
    const node* next = n->right.get();
    while (next->left) next = next->left.get();
    return balance(n->left, next->own, erase(n->right, next->own->first));
  }

  link root_;
};

}  // namespace edensync::journal
