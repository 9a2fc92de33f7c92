import EventLoop
import Glibc
import Testing

struct RootedFolderTests {
    private func withFolder(_ body: (RootedFolder) throws -> Void) throws {
        let folder = try RootedFolder.temporary()
        defer { folder.removeAll() }
        try body(folder)
    }

    @Test("files are written with their folders, read, listed in order and removed")
    func files() throws {
        try withFolder { folder in
            try folder.write([1, 2], to: "b/c/d")
            try folder.write([3], to: "b.txt")
            try folder.write([], to: "a")
            try folder.write([4], to: "b/c/d")
            #expect(try folder.read("b/c/d", upTo: 10) == [4])
            #expect(try folder.read("a", upTo: 10).isEmpty)
            #expect(try folder.list("", upTo: 10) == ["a", "b/c/d", "b.txt"])
            #expect(try folder.list("b", upTo: 10) == ["b/c/d"])
            try folder.remove("b/c/d")
            try folder.remove("b/c")
            #expect(try folder.list("", upTo: 10) == ["a", "b.txt"])
        }
    }

    @Test(
        "no path leads out, neither by dots nor as an absolute one",
        arguments: ["../../etc/passwd", "/etc/passwd", "x/../../../etc/passwd"])
    func paths(_ path: String) throws {
        try withFolder { folder in
            for path in [path, RootedFolder.clean(path)] {
                let error = #expect(throws: SystemError.self) {
                    try folder.read(path, upTo: 1 << 20)
                }
                #expect(error?.isNoEntry == true)
            }
            try folder.write([7], to: RootedFolder.clean(path))
            #expect(try folder.read("etc/passwd", upTo: 10) == [7])
        }
    }

    @Test(
        "paths are cleaned without looking at files",
        arguments: [
            ("a/b", "a/b"), ("/a//b/", "a/b"), ("./a/./b", "a/b"), ("a/../b", "b"), ("..", ""),
            ("", ""), ("../../x", "x"), ("...", "..."),
        ])
    func clean(path: String, cleaned: String) {
        #expect(RootedFolder.clean(path) == cleaned)
    }

    @Test("symbolic links count from the folder, and lead out as little as paths do")
    func links() throws {
        try withFolder { folder in
            try folder.write([1], to: "etc/passwd")
            try folder.write([2], to: "d/f")
            for (name, target) in [
                ("absolute", "/etc/passwd"), ("dots", "../../../etc/passwd"), ("near", "d/f"),
                ("folder", "/"), ("gone", "/etc/hostname"), ("loop", "loop"),
            ] {
                let result = unsafe symlink(target, folder.path + "/" + name)
                #expect(result == 0)
            }
            #expect(try folder.read("absolute", upTo: 10) == [1])
            #expect(try folder.read("dots", upTo: 10) == [1])
            #expect(try folder.read("near", upTo: 10) == [2])
            #expect(try folder.read("folder/d/f", upTo: 10) == [2])
            #expect(throws: SystemError.self) { try folder.read("gone", upTo: 1 << 20) }
            #expect(throws: SystemError.self) { try folder.read("loop", upTo: 10) }
            try folder.write([3], to: "absolute")
            #expect(try folder.read("etc/passwd", upTo: 10) == [3])
            try folder.write([4], to: "folder/new")
            #expect(try folder.read("new", upTo: 10) == [4])
            // Links are listed, not followed, and removed without what they lead to.
            #expect(
                try folder.list("", upTo: 20) == [
                    "absolute", "d/f", "dots", "etc/passwd", "folder", "gone", "loop", "near",
                    "new",
                ])
            try folder.remove("near")
            #expect(try folder.read("d/f", upTo: 10) == [2])
        }
    }

    @Test("what is missing, too long, too many or no path is an error")
    func errors() throws {
        try withFolder { folder in
            try folder.write([1, 2, 3], to: "f")
            try folder.write([1], to: "g")
            #expect(throws: SystemError.self) { try folder.read("f", upTo: 2) }
            #expect(throws: SystemError.self) { try folder.read("", upTo: 2) }
            #expect(throws: SystemError.self) { try folder.read("a\u{0}b", upTo: 2) }
            #expect(throws: SystemError.self) { try folder.write([], to: "f/g") }
            #expect(throws: SystemError.self) { try folder.list("f", upTo: 2) }
            #expect(throws: SystemError.self) { try folder.list("", upTo: 1) }
            #expect(throws: SystemError.self) { try folder.remove("") }
            #expect(throws: SystemError.self) { try folder.remove("h") }
        }
    }

    @Test("a folder is made where it is missing, and a temporary one is gone with its content")
    func making() throws {
        let outer = try RootedFolder.temporary()
        let inner = try RootedFolder(outer.path + "/x/y")
        try inner.write([1], to: "z/f")
        #expect(try outer.list("", upTo: 10) == ["x/y/z/f"])
        outer.removeAll()
        #expect(throws: SystemError.self) { try SystemFiles.read(outer.path + "/x/y/z/f") }
        #expect(throws: SystemError.self) { try RootedFolder("/proc/nothing") }
    }
}
