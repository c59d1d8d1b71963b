using EvenKeel.Backends;
using EvenKeel.Lab.Verification.Checks;

namespace EvenKeel.Lab.Verification;

/// <summary>Runs EvenKeel's own code on the inputs of golden vectors and compares with their exact results.</summary>
internal static class Verifier
{
    /// <summary>Checks a set of vectors.</summary>
    /// <param name="files">The vectors.</param>
    /// <param name="backend">Where they run; its memory grows with every vector, so dispose it afterwards.</param>
    /// <param name="cancel">Stops between two vectors.</param>
    /// <exception cref="UserException">A file cannot be read or is no golden vector.</exception>
    public static VerificationResult Run(IEnumerable<GoldenFile> files, CpuBackend backend, CancellationToken cancel = default)
    {
        var results = new List<CaseResult>();
        foreach (var file in files)
        {
            cancel.ThrowIfCancellationRequested();
            results.Add(Check(file.Read(), backend, file.Name));
        }

        return new VerificationResult((int)backend.Path, backend.Threads, results);
    }

    /// <summary>Checks one vector.</summary>
    public static CaseResult Check(GoldenVector vector, CpuBackend backend, string file)
    {
        var meta = vector.Meta;
        var result = new CaseResult
        {
            File = file,
            Family = meta.Family,
            Operation = meta.Op,
            Case = meta.Case,
            Tolerance = meta.Tolerance,
        };
        if (!Operations.All.TryGetValue(meta.Op, out var check)) return result with { NotThere = meta.Op };
        var golden = new GoldenCase(vector, backend);
        try
        {
            check(golden);
            golden.Finish();
            return result with { Arrays = golden.Results };
        }
        catch (NotThereException absent)
        {
            return result with { NotThere = absent.Message };
        }
        catch (Exception cause) when (cause is NotUnderstoodException or UserException or ArgumentException or InvalidOperationException)
        {
            return result with { Arrays = [.. golden.Results, ArrayResult.Failed("the case", $"cannot be run: {cause.Message}")] };
        }
    }
}
