using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes the C# blocks of the pages to files that compile, as a reader pastes them: with the usings that a block shows and no others.
/// The blocks of a page share a namespace: those of docs/sign-out.md have Snippets.SignOut. Types stay as they are. Members and
/// statements are put into a class that has the name of their heading, for example Snippets.SignOut.A_user_signs_out_2 for the second
/// block under "A user signs out"; statements are the body of its method RunAsync. docs/snippets/Surroundings.cs declares the variables
/// that the blocks use without declaring them.
///
/// The text after "csharp" in the mark of a block:
///   not-compiled   the block is skipped, because this repository does not have its packages; the page says so
///   another word   the block replaces the block of the page that declares the same type. Such blocks are compiled with the rest of the
///                  page in a namespace of their own: Snippets.ProvisioningSqlite
/// </summary>
public class TakeBlocks : Task
{
    [Required]
    public ITaskItem[] Pages { get; set; }

    [Required]
    public string Folder { get; set; }

    [Output]
    public ITaskItem[] Files { get; set; }

    public override bool Execute()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var page in Pages)
        {
            var text = File.ReadAllText(page.GetMetadata("FullPath"));
            if (text.Contains("```csharp not-compiled") && !Regex.IsMatch(text, @"(?i)not\s+compiled"))
            {
                Log.LogError("{0} must tell the reader which block is not compiled, and why.", page.ItemSpec);
            }

            var blocks = Read(page.GetMetadata("FullPath"));
            Write(files, page, "", blocks.Where(block => block.Variant == "").ToList());
            foreach (var variant in blocks.Where(block => block.Variant != "").GroupBy(block => block.Variant))
            {
                Write(files, page, variant.Key, blocks.Where(block => block.Variant == variant.Key
                    || (block.Variant == "" && !variant.Any(other => other.Types.Intersect(block.Types).Any()))).ToList());
            }
        }

        if (files.Count == 0)
        {
            Log.LogError("No page has a C# block. Check how the pages mark them.");
            return false;
        }

        Directory.CreateDirectory(Folder);
        foreach (var old in Directory.GetFiles(Folder).Where(file => !files.ContainsKey(Path.GetFileName(file))))
        {
            File.Delete(old);
        }

        foreach (var file in files)
        {
            // A file that is not changed keeps its time, so that the compiler does not run again.
            var path = Path.Combine(Folder, file.Key);
            if (!File.Exists(path) || File.ReadAllText(path) != file.Value)
            {
                File.WriteAllText(path, file.Value);
            }
        }

        Files = files.Keys.Select(name => (ITaskItem)new TaskItem(Path.Combine(Folder, name))).ToArray();
        return !Log.HasLoggedErrors;
    }

    private static List<Block> Read(string page)
    {
        var blocks = new List<Block>();
        var headings = new Dictionary<string, int>();
        var heading = "";
        var lines = File.ReadAllLines(page);
        for (var i = 0; i < lines.Length; i++)
        {
            var fence = Regex.Match(lines[i], @"^(\s*)```(\w*)(.*)$");
            if (!fence.Success)
            {
                heading = Regex.IsMatch(lines[i], "^#+ ") ? Identifier(lines[i]) : heading;
                continue;
            }

            var block = new Block { Line = i + 2, Variant = fence.Groups[3].Value.Trim() };
            while (++i < lines.Length && lines[i].Trim() != "```")
            {
                block.Lines.Add(lines[i].Length > fence.Groups[1].Length ? lines[i].Substring(fence.Groups[1].Length) : "");
            }

            if (fence.Groups[2].Value == "csharp" && block.Variant != "not-compiled")
            {
                headings[heading] = headings.TryGetValue(heading, out var count) ? count + 1 : 1;
                block.Name = headings[heading] == 1 ? heading : heading + "_" + headings[heading];
                blocks.Add(block);
            }
        }

        return blocks;
    }

    private static void Write(SortedDictionary<string, string> files, ITaskItem page, string variant, List<Block> blocks)
    {
        var pageName = string.Concat((page.GetMetadata("Filename") + "-" + variant).Split('-')
            .Where(word => word != "").Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1).ToLowerInvariant()));
        foreach (var block in blocks)
        {
            files[pageName + "." + block.Name + ".g.cs"] = Wrap(block, page.GetMetadata("FullPath"), "Snippets." + pageName);
        }
    }

    private static string Wrap(Block block, string page, string space)
    {
        // With the line numbers of the page, a compiler error names the line to fix.
        var line = "#line " + block.Line + " \"" + page + "\"\n";
        if (block.Lines.Any(text => text.StartsWith("namespace ", StringComparison.Ordinal)))
        {
            var file = line + string.Join("\n", block.Lines).Replace("MyApplication", space) + "\n";
            // CognitoOwin.Tests has the same test and its controller, and runs them. Here, MSTest and Web API must not find them.
            return file.Contains("[TestClass]") ? file.Replace("\n    public class ", "\n    internal class ") : file;
        }

        var isUsing = new Regex(@"^using [\w.]+;");
        var usings = line + string.Join("\n", block.Lines.TakeWhile(text => text == "" || isUsing.IsMatch(text))) + "\n";
        var body = line + string.Join("\n", block.Lines.Select(text => isUsing.IsMatch(text) ? "" : text)) + "\n";
        if (block.Types.Any())
        {
            return usings + "namespace " + space + "\n{\n" + body + "}\n";
        }

        var isMember = block.Lines.Any(text => Regex.IsMatch(text, "^(public|private|protected|internal) "));
        return usings + "namespace " + space + "\n{\npublic class " + block.Name + " : Snippets.Surroundings\n{\n"
            + (isMember ? body : "public override async System.Threading.Tasks.Task RunAsync()\n{\nawait System.Threading.Tasks.Task.Yield();\n" + body + "}\n")
            + "}\n}\n";
    }

    private static string Identifier(string heading)
    {
        var text = Regex.Replace(heading, @"\W+", "_").Trim('_');
        return text == "" || char.IsDigit(text[0]) ? "_" + text : text;
    }

    private sealed class Block
    {
        public string Name;
        public string Variant;
        public int Line;
        public readonly List<string> Lines = new List<string>();

        /// <summary>The types that the block declares outside of other types.</summary>
        public IEnumerable<string> Types => Lines
            .Select(line => Regex.Match(line, @"^((    )?(public|internal) )?((sealed|static|abstract|partial) )*(class|enum|interface|struct) (\w+)"))
            .Where(match => match.Success).Select(match => match.Groups[7].Value);
    }
}
