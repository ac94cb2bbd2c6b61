// Changes how an assembly refers to Owin.dll, where the feed lacks the package Owin and katana/Owin takes its place. The stand-in has no
// public key, because nobody but Owin's authors has theirs. So the compiler and .NET Framework need different references:
//
//   remove ASSEMBLY COPY   writes a copy whose reference to Owin has no public key token. The compiler accepts the stand-in for it.
//   add ASSEMBLY KEY       gives the reference the token of the real Owin, and signs the assembly again with the key file.
//   key ASSEMBLY FILE      writes the public key of the assembly, so that a stand-in can be built with the same identity.
using System;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

if (args is not [var command, var assembly, var file])
{
    Console.Error.WriteLine("Usage: OwinToken remove ASSEMBLY COPY | add ASSEMBLY KEY | key ASSEMBLY FILE");
    return 2;
}

switch (command)
{
    case "remove":
        RemoveToken(assembly, file);
        return 0;
    case "add":
        AddToken(assembly, file);
        return 0;
    case "key":
        WritePublicKey(assembly, file);
        return 0;
    default:
        Console.Error.WriteLine($"OwinToken: unknown command '{command}'");
        return 2;
}

static AssemblyNameReference? FindOwin(AssemblyDefinition assembly) =>
    assembly.MainModule.AssemblyReferences.FirstOrDefault(reference => reference.Name == "Owin");

static void RemoveToken(string path, string copy)
{
    using var assembly = AssemblyDefinition.ReadAssembly(path);
    if (FindOwin(assembly) is { } owin)
    {
        owin.PublicKeyToken = [];
    }

    assembly.Write(copy, new WriterParameters { DeterministicMvid = true });
}

static void AddToken(string path, string keyFile)
{
    // Cecil writes while it reads, so it reads from memory.
    var symbols = Path.ChangeExtension(path, ".pdb");
    using var assembly = AssemblyDefinition.ReadAssembly(
        new MemoryStream(File.ReadAllBytes(path)),
        new ReaderParameters
        {
            SymbolReaderProvider = new PortablePdbReaderProvider(),
            SymbolStream = new MemoryStream(File.ReadAllBytes(symbols)),
        });
    if (FindOwin(assembly) is not { PublicKeyToken.Length: 0 } owin)
    {
        return;
    }

    owin.PublicKeyToken = [0xf0, 0xeb, 0xd1, 0x2f, 0xd5, 0xe5, 0x5c, 0xc5];
    assembly.Write(path, new WriterParameters
    {
        DeterministicMvid = true,
        StrongNameKeyBlob = File.ReadAllBytes(keyFile),
        SymbolWriterProvider = new PortablePdbWriterProvider(),
        WriteSymbols = true,
    });
}

static void WritePublicKey(string path, string keyFile)
{
    using var assembly = AssemblyDefinition.ReadAssembly(path);
    var key = assembly.Name.PublicKey;
    if (!File.Exists(keyFile) || !File.ReadAllBytes(keyFile).AsSpan().SequenceEqual(key))
    {
        File.WriteAllBytes(keyFile, key);
    }
}
