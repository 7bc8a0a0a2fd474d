/* The pages of a mapping by index: a tree of nodes with 64 slots, its height fixed by the size of the file. Nodes stay once they are there. */
#include "mm.h"

#define MAP_SHIFT 6
#define MAP_SIZE (1 << MAP_SHIFT)

static struct pool node_pool = { .size = MAP_SIZE * sizeof(void *) };

void page_tree_init(struct page_tree *tree, u64 pages)
{
	tree->root = NULL;
	tree->height = 1;
	while (tree->height < 4 && pages > 1UL << (MAP_SHIFT * tree->height))
		tree->height++;
}

static void **child(void *node, u64 index, int level)
{
	return (void **)node + ((index >> (MAP_SHIFT * level)) & (MAP_SIZE - 1));
}

/* The slot of an index, NULL where there is no node for it yet. Caller holds tree_lock. */
void **page_tree_slot(struct page_tree *tree, u64 index)
{
	void *node = tree->root;

	for (int level = tree->height - 1; level > 0 && node; level--)
		node = *child(node, index, level);
	return node ? child(node, index, 0) : NULL;
}

/* Makes the nodes for an index. May sleep, so it comes before the lock is taken. */
void page_tree_prepare(struct address_space *mapping, u64 index)
{
	for (;;) {
		void *fresh, **where = &mapping->tree.root;

		spin_lock(&mapping->tree_lock);
		for (int level = mapping->tree.height - 1; *where && level >= 0; level--)
			where = level > 0 ? child(*where, index, level) : NULL;
		spin_unlock(&mapping->tree_lock);
		if (!where)
			return;
		fresh = memset(pool_alloc(&node_pool), 0, node_pool.size);
		spin_lock(&mapping->tree_lock);
		if (!*where) {
			*where = fresh;
			fresh = NULL;
		}
		spin_unlock(&mapping->tree_lock);
		if (fresh)
			pool_free(&node_pool, fresh);
	}
}
