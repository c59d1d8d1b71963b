using System.Reflection;
using System.Reflection.Emit;

namespace EvenKeel.Tests.House;

/// <summary>The house rule: a folder uses only those above it in the list. References are read from the compiled
/// code, so that nothing escapes by way of a sibling namespace.</summary>
public class LayeringTests
{
    private static readonly string[] KernelLayers =
    [
        "Random", "Vectors", "", "Elements", "Statistics", "Normalization", "Fusion", "Pooling", "Products", "Convolution",
        "Machine",
    ];

    private static readonly string[] LibraryLayers =
        ["", "Tensors", "Backends", "Autograd", "Modules", "Optim", "Norms", "Data", "Models", "Training"];

    private static readonly string[] LabLayers = ["", "Statistics", "Claims", "Studies", "Reports", "Benchmarks", "Verification"];

    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    [Fact]
    public void KernelFoldersUseOnlyThoseAbove() =>
        Check(typeof(EvenKeel.Kernels.Workers).Assembly, "EvenKeel.Kernels", KernelLayers);

    [Fact]
    public void LibraryFoldersUseOnlyThoseAbove() =>
        Check(typeof(EvenKeel.Tensors.Tensor).Assembly, "EvenKeel", LibraryLayers);

    [Fact]
    public void LabFoldersUseOnlyThoseAbove() =>
        Check(typeof(EvenKeel.Lab.Studies.StudySpec).Assembly, "EvenKeel.Lab", LabLayers);

    [Fact]
    public void NamespacesAreFolders()
    {
        var root = Path.Combine(Repository.Root, "src");
        var wrong =
            from file in Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories)
            let relative = Path.GetRelativePath(root, Path.GetDirectoryName(file)!)
            let expected = relative.Replace(Path.DirectorySeparatorChar, '.')
            let line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal))
            where line is not null && line != $"namespace {expected};"
            select $"{relative}/{Path.GetFileName(file)}: {line}, expected {expected}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void TheCheckSeesReferencesInsideMethodBodies()
    {
        var seen = References(typeof(Probe)).ToHashSet();
        Assert.Contains(typeof(EvenKeel.Training.RunSpec), seen);
    }

    private static void Check(Assembly assembly, string root, string[] layers)
    {
        var faults = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetTypes())
        {
            if (LayerOf(type, root, layers) is not { } own) continue;
            foreach (var used in References(type))
            {
                if (used.Assembly != assembly || LayerOf(used, root, layers) is not { } other || other <= own) continue;
                faults.Add($"{type.FullName} ({layers[own]}) uses {used.FullName} ({layers[other]})");
            }
        }

        Assert.Empty(faults);
    }

    private static int? LayerOf(Type type, string root, string[] layers)
    {
        var name = type.Namespace;
        if (name is null || !name.StartsWith(root, StringComparison.Ordinal)) return null;
        var folder = name.Length == root.Length ? "" : name[(root.Length + 1)..].Split('.')[0];
        var layer = Array.IndexOf(layers, folder);
        Assert.True(layer >= 0, $"{type.FullName} lies in folder {folder}, which the list of layers does not have.");
        return layer;
    }

    private static IEnumerable<Type> References(Type type)
    {
        IEnumerable<Type?> all =
        [
            type.BaseType, .. type.GetInterfaces(),
            .. type.GetFields(Everything).Select(f => f.FieldType),
            .. type.GetMethods(Everything).SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType)),
            .. type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)).SelectMany(Body),
        ];
        return all.OfType<Type>().SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type)
    {
        while (type.HasElementType) type = type.GetElementType()!;
        yield return type;
        foreach (var argument in type.GetGenericArguments())
            foreach (var part in Parts(argument)) yield return part;
    }

    private static IEnumerable<Type?> Body(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body) yield break;
        foreach (var local in body.LocalVariables) yield return local.LocalType;
        var code = body.GetILAsByteArray()!;
        var at = 0;
        while (at < code.Length)
        {
            short value = code[at++];
            if (value == 0xFE) value = (short)(0xFE00 | code[at++]);
            var operation = OpCodesByValue[value];
            if (operation.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                var member = Resolve(method, BitConverter.ToInt32(code, at));
                yield return member as Type ?? member?.DeclaringType;
                if (member is MethodInfo called) yield return called.ReturnType;
            }

            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveMember(
                token,
                method.DeclaringType?.IsGenericType == true ? method.DeclaringType.GetGenericArguments() : null,
                method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (BadImageFormatException)
        {
            return null; // a token of another kind, such as a call site's signature
        }
    }

    private static class Probe
    {
        public static object Make() => new EvenKeel.Training.RunSpec();
    }
}
