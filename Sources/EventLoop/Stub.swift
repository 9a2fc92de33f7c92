import DequeModule
import HeapModule
let stub = Deque<Int>()
let stub2 = Heap<Int>()
