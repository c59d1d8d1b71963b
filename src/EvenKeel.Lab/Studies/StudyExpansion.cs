using System.Text.RegularExpressions;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>
/// Turns a study at one size into its runs: all schemes in all settings with the first seed, then with the next. Later
/// changes win: base, variant, profile, axes, scheme, rules.
/// </summary>
internal sealed partial class StudyExpansion
{
    private readonly StudySpec _study;
    private readonly StudyProfile? _profile;
    private readonly IReadOnlyList<StudyVariant> _variants;

    /// <summary>Prepares to turn a study into runs.</summary>
    /// <param name="study">The study.</param>
    /// <param name="profile">Its size; null for a study without profiles.</param>
    /// <param name="variants">Its readings.</param>
    /// <param name="only">Which values of axes are wanted; null for all.</param>
    /// <exception cref="UserException">A wanted value is not there.</exception>
    public StudyExpansion(
        StudySpec study, StudyProfile? profile, IReadOnlyList<StudyVariant> variants, IReadOnlyList<string>? only)
    {
        (_study, _profile, _variants) = (study, profile, variants);
        Only = AxisChoice.Parse([.. ProfileAxes()], only, study.Name);
    }

    /// <summary>The wanted values of axes.</summary>
    public AxisChoice Only { get; }

    private IReadOnlyList<StudyScheme> Schemes => _profile?.Schemes is { } names
        ? [.. _study.Schemes.Where(scheme => names.Contains(scheme.Key, StringComparer.Ordinal))]
        : _study.Schemes;

    /// <summary>The axes of the plan: the variant where there are several, then the study's with the profile's values.</summary>
    public IReadOnlyList<StudyAxis> Axes()
    {
        IEnumerable<StudyAxis> axes = ProfileAxes().Select(Only.Of);
        if (_variants.Count > 1)
        {
            axes = axes.Prepend(new StudyAxis
            {
                Name = Setting.VariantAxis,
                Values = [.. _variants.Select(variant => new AxisValue { Name = variant.Name })],
            });
        }

        return [.. axes];
    }

    /// <summary>The runs.</summary>
    /// <exception cref="UserException">A change does not fit, or a scheme refers to one that is not there.</exception>
    public IReadOnlyList<PlannedRun> Runs(IReadOnlyList<ulong> seeds)
    {
        IReadOnlyList<Setting> settings = Settings(Axes());
        List<PlannedRun> runs = [];
        foreach (ulong seed in seeds.Distinct())
        {
            foreach (Setting setting in settings)
            {
                List<PlannedRun> together = [];
                foreach (StudyScheme scheme in Schemes)
                {
                    if (Spec(scheme, setting, seed) is { } spec)
                        together.Add(new PlannedRun(Linked(spec, together), scheme, setting, _study.Restarts));
                }

                runs.AddRange(together);
            }
        }

        return runs;
    }

    private IEnumerable<StudyAxis> ProfileAxes() => _study.Axes.Select(axis =>
        _profile?.Axes is { } kept && kept.TryGetValue(axis.Name, out IReadOnlyList<string>? names)
            ? axis with { Values = [.. axis.Values.Where(value => names.Contains(value.Name, StringComparer.Ordinal))] }
            : axis);

    private static IReadOnlyList<Setting> Settings(IReadOnlyList<StudyAxis> axes)
    {
        IEnumerable<(string Axis, string Value)[]> all = [[]];
        foreach (StudyAxis axis in axes)
            all = all.SelectMany(head => axis.Values.Select(value => head.Append((axis.Name, value.Name)).ToArray()));
        return [.. all.Select(choices => choices.Length == 0 ? Setting.Only : new Setting(choices))];
    }

    private RunSpec? Spec(StudyScheme scheme, Setting setting, ulong seed)
    {
        StudyVariant? variant = _variants.Count > 1
            ? _variants.First(item => item.Name == setting[Setting.VariantAxis])
            : _variants.FirstOrDefault();
        RunSpec spec = SpecChange.Apply(_study.Base, variant?.Change, $"variant {variant?.Name}");
        spec = SpecChange.Apply(spec, _profile?.Change, $"profile {_profile?.Name}");
        Dictionary<string, string> names = new(StringComparer.Ordinal) { ["scheme"] = scheme.Key };
        foreach (StudyAxis axis in _study.Axes)
        {
            AxisValue value = axis.Values.First(item => item.Name == setting[axis.Name]);
            spec = SpecChange.Apply(spec, value.Change, $"axis {axis.Name}, value {value.Name}");
            names[axis.Name] = value.Name;
        }

        if (variant is not null)
            names[Setting.VariantAxis] = variant.Name;
        if (_profile is not null)
            names["profile"] = _profile.Name;
        spec = SpecChange.Apply(spec with { Scheme = scheme.Scheme }, scheme.Change, $"scheme {scheme.Key}");
        for (int i = 0; i < _study.Rules.Count; i++)
        {
            if (!_study.Rules[i].Fits(names))
                continue;
            if (_study.Rules[i].Skip)
                return null;
            spec = SpecChange.Apply(spec, _study.Rules[i].Change, $"rule {i + 1}");
        }

        return spec with { Seed = seed };
    }

    // {name} in a scheme's text is the folder of that scheme's run with the same seed and setting, which lies beside.
    private RunSpec Linked(RunSpec spec, List<PlannedRun> together) => spec with
    {
        Scheme = Reference().Replace(spec.Scheme, match =>
        {
            string name = match.Groups["name"].Value;
            PlannedRun target = together.Find(run => run.Scheme.Key == name) ?? throw new UserException(
                $"The study {_study.Name}: the scheme {spec.Scheme} follows {{{name}}}, which must be a scheme that stands before it in the same setting.");
            return $"../{RunFolder.NameOf(target.Spec)}";
        }),
    };

    [GeneratedRegex(@"\{(?<name>[^{}]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
