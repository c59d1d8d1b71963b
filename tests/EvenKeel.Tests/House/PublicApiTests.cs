using System.Reflection;
using System.Text;

namespace EvenKeel.Tests.House;

/// <summary>The public surface against a checked-in list. To accept a change, run the tests once with
/// EVENKEEL_UPDATE=1 and review the difference.</summary>
public class PublicApiTests
{
    private static readonly string ListPath = Path.Combine(Repository.Root, "tests", "EvenKeel.Tests", "House", "PublicApi.txt");

    [Fact]
    public void PublicSurfaceIsTheCheckedInOne()
    {
        var actual = Surface();
        if (Environment.GetEnvironmentVariable("EVENKEEL_UPDATE") == "1") File.WriteAllText(ListPath, actual);
        var expected = File.ReadAllText(ListPath).ReplaceLineEndings("\n");
        var (now, before) = (Qualified(actual), Qualified(expected));
        var added = now.Except(before).ToArray();
        var removed = before.Except(now).ToArray();
        Assert.True(
            added.Length == 0 && removed.Length == 0,
            $"The public surface changed; run the tests with EVENKEEL_UPDATE=1 to accept it.\nAdded:\n{string.Join('\n', added)}\nRemoved:\n{string.Join('\n', removed)}");
    }

    // Many types have a member of the same name: each line gets its type.
    private static string[] Qualified(string list)
    {
        var type = "";
        return
        [
            .. list.Split('\n').Select(line =>
            {
                if (line.StartsWith(' ')) return $"{type}{line}";
                type = line;
                return line;
            }),
        ];
    }

    private static string Surface()
    {
        var text = new StringBuilder();
        foreach (var assembly in new[] { typeof(EvenKeel.Kernels.Workers).Assembly, typeof(EvenKeel.Tensors.Tensor).Assembly, typeof(EvenKeel.Lab.Studies.StudySpec).Assembly })
        {
            foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
            {
                text.Append($"{type.FullName}\n");
                var members = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                    .Where(m => m is not Type && m is not MethodInfo { IsSpecialName: true } && !IsRecordPlumbing(m))
                    .Select(m => $"  {m}")
                    .Order(StringComparer.Ordinal);
                foreach (var member in members) text.Append($"{member}\n");
            }
        }

        return text.ToString();
    }

    private static bool IsRecordPlumbing(MemberInfo member) =>
        member.Name is "<Clone>$" or "Deconstruct" or "GetHashCode" or "Equals" or "PrintMembers";
}
